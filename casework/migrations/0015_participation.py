"""Taking part: facts typed by hand, accounts, agreed steps, rungs; revisions of plan templates."""

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
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

    class Submission(Table):
        class Meta:
            table_name = "submissions"

    class Rung(Table):
        code = CharField(max_length=32, unique=True)
        position = IntegerField()
        labels = JSONField()
        active = BooleanField()

        class Meta:
            table_name = "rungs"

    class NotedFact(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
        kind = CharField(max_length=16)
        on = DateField(index=True)
        note = BlobField(null=True)
        noted_by = CharField(max_length=200)
        noted_at = DateTimeField()

        class Meta:
            table_name = "noted_facts"

    class TakenRung(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        rung = ForeignKeyField(Rung, on_delete="RESTRICT")
        reason = BlobField()
        subject = BlobField()
        body = BlobField()
        language = CharField(max_length=16)
        taken_by = CharField(max_length=200)
        taken_at = DateTimeField(index=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        back_by = CharField(max_length=200)
        back_reason = BlobField(null=True)
        seen_at = DateTimeField(null=True)

        class Meta:
            table_name = "taken_rungs"

    class Account(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        submission = ForeignKeyField(Submission, null=True, on_delete="SET NULL")
        fact_table = CharField(max_length=32)
        fact_id = UUIDField(null=True)
        rung = ForeignKeyField(TakenRung, null=True, on_delete="CASCADE")
        body = BlobField()
        language = CharField(max_length=16)
        channel = CharField(max_length=16)
        told_on = DateField()
        at = DateTimeField(index=True)
        noted_by = CharField(max_length=200)
        read_at = DateTimeField(null=True)
        accepted_at = DateTimeField(null=True)
        accepted_by = CharField(max_length=200)

        class Meta:
            table_name = "accounts"

    class AgreedStep(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        what = BlobField()
        language = CharField(max_length=16)
        due_on = DateField(null=True)
        agreed_on = DateField()
        noted_by = CharField(max_length=200)
        created_at = DateTimeField()
        state = CharField(max_length=16)
        state_since = DateTimeField()

        class Meta:
            table_name = "agreed_steps"

    migrator.migrate(migrator.add_column("plan_templates", "revision", IntegerField(default=0)))
    db.create_tables([Rung, NotedFact, TakenRung, Account, AgreedStep])
