"""Forms on a case: filled in by staff, or sent to a person as a link.

A draft names its invitation by key only: drafts stand below cases.
"""

from peewee import *


def up(migrator, db):
    class Case(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            table_name = 'cases'

    class Person(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            table_name = 'people'

    class Questionnaire(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            table_name = 'questionnaires'

    class Staff(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            table_name = 'staff'

    class Submission(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            table_name = 'submissions'

    class Invitation(Model):
        id = UUIDField(primary_key=True)
        case = ForeignKeyField(Case, on_delete='CASCADE')
        person = ForeignKeyField(Person, null=True, on_delete='SET NULL')
        questionnaire = ForeignKeyField(Questionnaire, on_delete='RESTRICT')
        kind = CharField(max_length=8)
        staff = ForeignKeyField(Staff, null=True, on_delete='SET NULL')
        language = CharField(max_length=16)
        token = BlobField(null=True)
        token_digest = CharField(max_length=32, unique=True)
        created_at = DateTimeField()
        expires_at = DateTimeField()
        begun_at = DateTimeField(null=True)
        used_at = DateTimeField(null=True)
        revoked_at = DateTimeField(null=True)
        seen_at = DateTimeField(null=True)
        submission = ForeignKeyField(Submission, null=True, unique=True, on_delete='RESTRICT')

        class Meta:
            database = db
            table_name = 'invitations'
            indexes = (
                (('case', 'created_at'), False),
                (('seen_at', 'used_at'), False),
            )

    db.create_tables([Invitation])
    migrator.migrate(
        migrator.add_column('drafts', 'invitation_id', UUIDField(null=True, index=True)),
    )
