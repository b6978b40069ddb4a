"""Where people gave up: counts by version, page and month, of nobody in particular."""

from peewee import *


def up(migrator, db):
    class QuestionnaireVersion(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            table_name = 'questionnaire_versions'

    class GivenUp(Model):
        id = UUIDField(primary_key=True)
        version = ForeignKeyField(QuestionnaireVersion, on_delete='CASCADE')
        page = CharField(max_length=200)
        month = CharField(max_length=7)
        number = IntegerField()

        class Meta:
            database = db
            table_name = 'given_up'
            indexes = ((('version', 'page', 'month'), True),)

    db.create_tables([GivenUp])
