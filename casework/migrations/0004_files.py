"""Files of drafts and submissions, and the files that questionnaires bring along."""

from peewee import *


def up(migrator, db):
    class Base(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Draft(Base):
        class Meta:
            table_name = 'drafts'

    class Submission(Base):
        class Meta:
            table_name = 'submissions'

    class Upload(Base):
        draft = ForeignKeyField(Draft, null=True, on_delete='CASCADE', backref='uploads_by_draft')
        submission = ForeignKeyField(Submission, null=True, on_delete='CASCADE', backref='uploads_by_submission')
        name = BlobField()
        content_type = CharField(max_length=80)
        size = IntegerField()
        sha256 = CharField(max_length=64)
        at = DateTimeField()

        class Meta:
            table_name = 'uploads'

    class MediaFile(Base):
        digest = CharField(unique=True, max_length=64)
        content_type = CharField(max_length=80)
        data = BlobField()
        at = DateTimeField()

        class Meta:
            table_name = 'questionnaire_media'

    db.create_tables([Upload, MediaFile])
