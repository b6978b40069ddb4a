"""Decisions about entries of the queue that outlast another setting."""

import uuid

from peewee import (
    BlobField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    Model,
    UUIDField,
)


def up(migrator, db):
    class Table(Model):
        id = UUIDField(primary_key=True, default=uuid.uuid4)

        class Meta:
            database = db
            legacy_table_names = False

    class Case(Table):
        class Meta:
            table_name = "cases"

    class KeptDecision(Table):
        case = ForeignKeyField(Case, null=True, on_delete="CASCADE")
        rule = CharField(max_length=32)
        subject_id = UUIDField()
        since = DateTimeField()
        turn = CharField(max_length=16)
        asking = CharField(max_length=16)
        asked_at = DateTimeField(null=True)
        quiet_until = DateField(null=True)
        snoozed_until = DateField(null=True)
        state = CharField(max_length=8)
        decided_at = DateTimeField(null=True)
        decided_by = CharField(max_length=200)
        reason = BlobField(null=True)
        kept_at = DateTimeField()

        class Meta:
            table_name = "kept_decisions"
            indexes = ((("rule", "subject_id"), True),)

    db.create_tables([KeptDecision])
