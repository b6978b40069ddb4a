"""Chances: skills, strengths of people, opportunities, and what was offered to whom."""

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
    UUIDField,
)


def up(migrator, db):
    class Table(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Case(Table):
        class Meta:
            table_name = "cases"

    class Person(Table):
        class Meta:
            table_name = "people"

    class Service(Table):
        class Meta:
            table_name = "services"

    class Referral(Table):
        class Meta:
            table_name = "referrals"

    class Skill(Table):
        code = CharField(max_length=32, unique=True)
        kind = CharField(max_length=8)
        position = IntegerField()
        labels = JSONField()
        active = BooleanField()

        class Meta:
            table_name = "skills"

    class StrengthProfile(Table):
        person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
        schooling = CharField(max_length=16)
        recognition = CharField(max_length=16)
        literacy = CharField(max_length=16)
        hours = IntegerField(null=True)
        available_from = DateField(null=True)
        experience = BlobField(null=True)
        education = BlobField(null=True)
        hopes = BlobField(null=True)
        text_language = CharField(max_length=16)
        created_at = DateTimeField()
        changed_at = DateTimeField()
        changed_by = CharField(max_length=200)
        revision = IntegerField()

        class Meta:
            table_name = "strength_profiles"

    class Strength(Table):
        person = ForeignKeyField(Person, on_delete="CASCADE")
        kind = CharField(max_length=8)
        code = CharField(max_length=32)
        level = IntegerField()

        class Meta:
            table_name = "strengths"
            indexes = (
                (("person", "kind", "code"), True),
                (("kind", "code", "level", "person"), False),
            )

    class Opportunity(Table):
        kind = CharField(max_length=16)
        service = ForeignKeyField(Service, on_delete="RESTRICT")
        title = CharField(max_length=200)
        description = TextField()
        places = IntegerField()
        taken = IntegerField()
        deadline = DateField(null=True)
        starts_on = DateField(null=True)
        place = CharField(max_length=200)
        hours = IntegerField(null=True)
        rooms = DoubleField(null=True)
        occupation = CharField(max_length=32)
        requirements = JSONField()
        min_age = IntegerField(null=True)
        max_age = IntegerField(null=True)
        min_people = IntegerField(null=True)
        max_people = IntegerField(null=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        created_at = DateTimeField()
        created_by = CharField(max_length=200)
        revision = IntegerField()

        class Meta:
            table_name = "opportunities"
            indexes = (
                (("state", "deadline"), False),
                (("kind", "state", "created_at"), False),
            )

    class OpportunityOffer(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        opportunity = ForeignKeyField(Opportunity, on_delete="CASCADE")
        person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
        referral = ForeignKeyField(Referral, unique=True, on_delete="CASCADE")
        created_at = DateTimeField()

        class Meta:
            table_name = "opportunity_offers"

    db.create_tables([Skill, StrengthProfile, Strength, Opportunity, OpportunityOffer])
