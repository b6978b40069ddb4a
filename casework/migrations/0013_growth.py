"""People who are announced for sites as rows of their own; arrival lists; nationality, sealed."""

import secrets
import time
import uuid
from datetime import UTC, datetime

from peewee import (
    BlobField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    UUIDField,
)


def new_id():
    value = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return uuid.UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


def up(migrator, db):
    class Table(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Site(Table):
        planned_arrivals = IntegerField()
        planned_on = DateField(null=True)

        class Meta:
            table_name = "sites"

    class Organization(Table):
        class Meta:
            table_name = "organizations"

    class Staff(Table):
        class Meta:
            table_name = "staff"

    class Arrival(Table):
        site = ForeignKeyField(Site, on_delete="CASCADE")
        arrives_on = DateField(null=True)
        people = IntegerField()
        note = BlobField(null=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        created_at = DateTimeField()
        revision = IntegerField()

        class Meta:
            table_name = "arrivals"
            indexes = ((("state", "arrives_on"), False),)

    class ArrivalDraft(Table):
        staff = ForeignKeyField(Staff, on_delete="CASCADE")
        content = BlobField()
        choices = BlobField()
        revision = IntegerField()
        created_at = DateTimeField(index=True)

        class Meta:
            table_name = "arrival_drafts"

    class ArrivalList(Table):
        digest = CharField(max_length=32, unique=True)
        site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
        organization = ForeignKeyField(Organization, null=True, on_delete="SET NULL")
        arrival = ForeignKeyField(Arrival, null=True, on_delete="SET NULL")
        people = IntegerField()
        known = IntegerField()
        left_out = IntegerField()
        households = IntegerField()
        cases = IntegerField()
        imported_at = DateTimeField(index=True)
        imported_by = CharField(max_length=200)

        class Meta:
            table_name = "arrival_lists"

    db.create_tables([Arrival, ArrivalDraft, ArrivalList])
    now = datetime.now(UTC).replace(tzinfo=None)
    for site in Site.select().where(Site.planned_arrivals > 0):
        Arrival.insert(
            id=new_id(),
            site=site.id,
            arrives_on=site.planned_on,
            people=site.planned_arrivals,
            state="announced",
            state_since=now,
            created_at=now,
            revision=0,
        ).execute()
    # Dropped by the database itself: SQLite would rebuild the table otherwise, which the
    # foreign keys to it refuse.
    for column in ("planned_arrivals", "planned_on"):
        db.execute_sql(f"ALTER TABLE sites DROP COLUMN {column}")
    migrator.migrate(migrator.add_column("people", "nationality", BlobField(null=True)))
