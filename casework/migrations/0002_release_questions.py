"""Releases that a person is asked for: when, until when, who answered, whether it was seen.

Every column may be empty, so that no table is rebuilt.
"""

from peewee import *


def up(migrator, db):
    migrator.migrate(
        migrator.add_column('releases', 'asked_at', DateTimeField(null=True)),
        migrator.add_column('releases', 'answer_by', DateField(null=True)),
        migrator.add_column('releases', 'answered_at', DateTimeField(null=True)),
        migrator.add_column('releases', 'answered_by', CharField(max_length=16, null=True)),
        migrator.add_column('releases', 'noted_at', DateTimeField(null=True)),
    )
