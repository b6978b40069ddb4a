"""Appointments booked for what called, and the life areas that goals belonged to before."""

import uuid

from peewee import CharField, DateField, DateTimeField, ForeignKeyField, Model, UUIDField


def up(migrator, db):
    class Table(Model):
        id = UUIDField(primary_key=True, default=uuid.uuid4)

        class Meta:
            database = db
            legacy_table_names = False

    class Case(Table):
        class Meta:
            table_name = "cases"

    class Appointment(Table):
        class Meta:
            table_name = "appointments"

    class Talk(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        appointment = ForeignKeyField(Appointment, on_delete="CASCADE", index=False)
        rule = CharField(max_length=32)
        subject_id = UUIDField(index=True)
        since = DateTimeField()

        class Meta:
            table_name = "attention_talks"
            indexes = ((("appointment", "rule", "subject_id"), True),)

    class LifeArea(Table):
        class Meta:
            table_name = "life_areas"

    class Goal(Table):
        class Meta:
            table_name = "goals"

    class GoalArea(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        goal = ForeignKeyField(Goal, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, on_delete="RESTRICT")
        until = DateTimeField()
        noted_by = CharField(max_length=200)

        class Meta:
            table_name = "goal_areas"

    class AttentionMark(Table):
        case_id = UUIDField(null=True)
        household_id = UUIDField(null=True)
        rule = CharField(max_length=32)

        class Meta:
            table_name = "attention_marks"

    db.create_tables([Talk, GoalArea])
    migrator.migrate(
        migrator.add_column("attention_entries", "booked_id", UUIDField(null=True)),
        migrator.add_column("attention_entries", "booked_until", DateField(null=True)),
    )
    # Appointments that are booked already quiet what they answer.
    AttentionMark.insert(id=uuid.uuid4(), rule="*").execute()
