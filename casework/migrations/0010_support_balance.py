"""Engagements, supports that households named, hand-overs, case conferences, support balance."""

import datetime
import uuid

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    UUIDField,
)


def up(migrator, db):
    class Table(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Household(Table):
        class Meta:
            table_name = "households"

    class Case(Table):
        household = ForeignKeyField(Household)

        class Meta:
            table_name = "cases"

    class Appointment(Table):
        class Meta:
            table_name = "appointments"

    class LifeArea(Table):
        class Meta:
            table_name = "life_areas"

    class Offer(Table):
        class Meta:
            table_name = "offers"

    class Volunteer(Table):
        class Meta:
            table_name = "volunteers"

    class Organization(Table):
        class Meta:
            table_name = "organizations"

    class Staff(Table):
        class Meta:
            table_name = "staff"

    class Site(Table):
        class Meta:
            table_name = "sites"

    class Engagement(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        offer = ForeignKeyField(Offer, on_delete="CASCADE")
        volunteer = ForeignKeyField(Volunteer, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, on_delete="RESTRICT")
        state = CharField(max_length=16)
        state_since = DateTimeField()
        since = DateField(null=True)
        until = DateField(null=True)
        reason = CharField(max_length=16)
        note = BlobField(null=True)
        created_at = DateTimeField()

        class Meta:
            table_name = "engagements"
            indexes = ((("state", "state_since"), False),)

    class NamedSupport(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, on_delete="RESTRICT")
        kind = CharField(max_length=16)
        who = BlobField()
        since = DateField(null=True)
        until = DateField(null=True)
        noted_by = CharField(max_length=200)
        created_at = DateTimeField()
        revision = IntegerField()

        class Meta:
            table_name = "named_supports"

    class Transfer(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, on_delete="RESTRICT")
        source = CharField(max_length=16)
        source_id = UUIDField()
        from_kind = CharField(max_length=16)
        from_id = UUIDField()
        to_kind = CharField(max_length=16)
        to_id = UUIDField()
        note = BlobField(null=True)
        noted_by = CharField(max_length=200)
        at = DateTimeField()

        class Meta:
            table_name = "transfers"

    class Conference(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, null=True, on_delete="SET NULL")
        appointment = ForeignKeyField(Appointment, null=True, on_delete="SET NULL")
        starts_at = DateTimeField()
        venue = CharField(max_length=16)
        place = BlobField(null=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        invited_by = CharField(max_length=200)
        created_at = DateTimeField()

        class Meta:
            table_name = "conferences"
            indexes = ((("state", "starts_at"), False),)

    class Seat(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        conference = ForeignKeyField(Conference, on_delete="CASCADE")
        kind = CharField(max_length=16)
        staff = ForeignKeyField(Staff, null=True, on_delete="CASCADE")
        organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
        volunteer = ForeignKeyField(Volunteer, null=True, on_delete="CASCADE")
        support = ForeignKeyField(NamedSupport, null=True, on_delete="CASCADE")
        knows = CharField(max_length=16)
        told = CharField(max_length=16)

        class Meta:
            table_name = "conference_seats"

    class Balance(Table):
        household = ForeignKeyField(Household, on_delete="CASCADE")
        organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
        site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
        place = IntegerField()
        supporters = IntegerField()
        needs = IntegerField()
        over = IntegerField()
        doubled = IntegerField()
        under = IntegerField()
        alone = BooleanField()
        doubled_since = DateTimeField(null=True)
        counted_at = DateTimeField()
        recount_on = DateField(null=True)

        class Meta:
            table_name = "balances"
            indexes = (
                (("organization", "place", "household"), False),
                (("organization", "site", "place", "household"), False),
                (("recount_on",), False),
            )

    class BalanceCell(Table):
        household = ForeignKeyField(Household, on_delete="CASCADE")
        organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
        site = ForeignKeyField(Site, null=True, on_delete="SET NULL")
        life_area = ForeignKeyField(LifeArea, on_delete="CASCADE")
        place = IntegerField()
        needs = IntegerField()
        provider = IntegerField()
        staff = IntegerField()
        volunteer = IntegerField()
        named = IntegerField()
        others = IntegerField()
        over = BooleanField()
        doubled = IntegerField()
        under = BooleanField()

        class Meta:
            table_name = "balance_cells"
            indexes = (
                (("organization", "life_area", "place", "household"), False),
                (("organization", "life_area", "site", "place", "household"), False),
            )

    db.create_tables(
        [
            Engagement,
            NamedSupport,
            Transfer,
            Conference,
            Seat,
            Balance,
            BalanceCell,
        ]
    )
    # The worker sums up what is there already; until then each household stands at the end.
    long_ago = datetime.date(2000, 1, 1)
    households = [row[0] for row in Case.select(Case.household).distinct().tuples()]
    for start in range(0, len(households), 500):
        Balance.insert_many(
            [
                {
                    "id": uuid.uuid4(),
                    "household": household,
                    "organization": None,
                    "site": None,
                    "place": 15,
                    "supporters": 0,
                    "needs": 0,
                    "over": 0,
                    "doubled": 0,
                    "under": 0,
                    "alone": False,
                    "doubled_since": None,
                    "counted_at": datetime.datetime(2000, 1, 1),
                    "recount_on": long_ago,
                }
                for household in households[start : start + 500]
            ]
        ).execute()
