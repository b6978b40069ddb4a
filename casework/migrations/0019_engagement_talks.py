"""Engagements: when the volunteer was asked, what they said, and when they were last heard of."""

from peewee import CharField, DateField, DateTimeField


def up(migrator, db):
    columns = {
        "asked_at": DateTimeField(null=True),
        "answer": CharField(max_length=8, default=""),
        "answered_at": DateTimeField(null=True),
        "heard_on": DateField(null=True),
    }
    migrator.migrate(
        *(migrator.add_column("engagements", name, field) for name, field in columns.items())
    )
