"""The attention queue: entries, marks of what happened; types of steps with their intervals."""

import uuid

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

    class AttentionEntry(Table):
        case = ForeignKeyField(Case, null=True, on_delete="CASCADE")
        rule = CharField(max_length=32)
        subject_table = CharField(max_length=64)
        subject_id = UUIDField()
        since = DateTimeField()
        due_on = DateField()
        turn = CharField(max_length=16)
        rank = IntegerField()
        details = JSONField()
        first_seen_at = DateTimeField()
        asking = CharField(max_length=16)
        asked_at = DateTimeField(null=True)
        quiet_until = DateField(null=True)
        snoozed_until = DateField(null=True)
        shown_from = DateField()
        state = CharField(max_length=8)
        decided_at = DateTimeField(null=True)
        decided_by = CharField(max_length=200)
        reason = BlobField(null=True)

        class Meta:
            table_name = "attention_entries"
            indexes = (
                (("rule", "subject_id"), True),
                (("state", "rank", "due_on", "since", "id"), False),
                (("asking", "case"), False),
            )

    class AttentionMark(Table):
        case_id = UUIDField(null=True)
        household_id = UUIDField(null=True)
        rule = CharField(max_length=32)

        class Meta:
            table_name = "attention_marks"

    class StepType(Table):
        code = CharField(max_length=32, unique=True)
        position = IntegerField()
        labels = JSONField()
        days = IntegerField(null=True)
        active = BooleanField()

        class Meta:
            table_name = "step_types"

    db.create_tables([AttentionEntry, AttentionMark, StepType])
    # What is there already is judged as soon as somebody asks for the queue.
    AttentionMark.insert(id=uuid.uuid4(), rule="*").execute()
    # A code and nullable: SQLite would rebuild the table for a foreign key.
    migrator.migrate(
        migrator.add_column("steps", "type", CharField(max_length=32, null=True)),
    )
