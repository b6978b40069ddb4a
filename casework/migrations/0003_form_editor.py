"""Working copies of questionnaires with their history, and what outdated translations were made
from."""

from peewee import *


def up(migrator, db):
    class Base(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Questionnaire(Base):
        class Meta:
            table_name = 'questionnaires'

    class QuestionnaireVersion(Base):
        class Meta:
            table_name = 'questionnaire_versions'

    class WorkingCopy(Base):
        questionnaire = ForeignKeyField(Questionnaire, on_delete='CASCADE', unique=True, backref='working_copies_by_questionnaire')
        base_version = ForeignKeyField(QuestionnaireVersion, on_delete='SET NULL', null=True, backref='working_copies_by_base_version')
        definition = TextField()
        translated_from = JSONField(null=True)
        revision = IntegerField()
        begun_at = DateTimeField()
        begun_by = CharField(max_length=200)
        changed_at = DateTimeField()
        changed_by = CharField(max_length=200)

        class Meta:
            table_name = 'questionnaire_working_copies'

    class WorkingCopyState(Base):
        working_copy = ForeignKeyField(WorkingCopy, on_delete='CASCADE', backref='working_copy_states_by_working_copy')
        revision = IntegerField()
        definition = TextField()
        translated_from = JSONField(null=True)
        changed_at = DateTimeField()
        changed_by = CharField(max_length=200)

        class Meta:
            table_name = 'questionnaire_working_copy_states'
            indexes = ((('working_copy', 'revision'), True),)

    # Nullable: SQLite would rebuild the table otherwise, which its foreign keys refuse.
    migrator.migrate(
        migrator.add_column('questionnaire_versions', 'translated_from', JSONField(null=True))
    )
    db.create_tables([WorkingCopy, WorkingCopyState])
