"""Case conferences can be moved: when that was, which version, and who was told by what."""

from peewee import DateTimeField, IntegerField, UUIDField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("conferences", "moved_at", DateTimeField(null=True)),
        migrator.add_column("conferences", "revision", IntegerField(default=0)),
        migrator.add_column("conference_seats", "noted_as", UUIDField(null=True)),
    )
