"""The network, deadlines, the counselling clock, handovers and closings.

Every case gets a clock: three years from the day on which it was opened.
"""

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
    SqliteDatabase,
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

    class LifeArea(Table):
        class Meta:
            table_name = "life_areas"

    class Staff(Table):
        class Meta:
            table_name = "staff"

    class Organization(Table):
        class Meta:
            table_name = "organizations"

    class NetworkContact(Table):
        kind = CharField(max_length=16, index=True)
        organization = ForeignKeyField(Organization, null=True, on_delete="SET NULL")
        office = CharField(max_length=200)
        name = BlobField(null=True)
        role = CharField(max_length=200)
        phone = BlobField(null=True)
        email = BlobField(null=True)
        languages = JSONField()
        purpose = CharField(max_length=1000)
        notes = BlobField(null=True)
        interval_days = IntegerField()
        last_contact_on = DateField(null=True)
        next_due_on = DateField(null=True, index=True)
        active = BooleanField()
        added_by = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
        created_at = DateTimeField()
        revision = IntegerField()

        class Meta:
            table_name = "network_contacts"
            indexes = ((("active", "next_due_on"), False),)

    class ContactArea(Table):
        contact = ForeignKeyField(NetworkContact, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, on_delete="CASCADE")

        class Meta:
            table_name = "network_contact_areas"
            indexes = ((("contact", "life_area"), True),)

    class Acquaintance(Table):
        contact = ForeignKeyField(NetworkContact, on_delete="CASCADE")
        staff = ForeignKeyField(Staff, on_delete="CASCADE")
        bond = CharField(max_length=8)

        class Meta:
            table_name = "network_acquaintances"
            indexes = ((("contact", "staff"), True),)

    class Talk(Table):
        contact = ForeignKeyField(NetworkContact, on_delete="CASCADE")
        staff = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
        author = CharField(max_length=200)
        on_day = DateField()
        channel = CharField(max_length=16)
        about = BlobField()
        agreed = BlobField(null=True)
        created_at = DateTimeField()

        class Meta:
            table_name = "network_talks"
            indexes = ((("contact", "on_day"), False),)

    class Meeting(Table):
        title = CharField(max_length=200)
        starts_at = DateTimeField(index=True)
        minutes = IntegerField()
        place = CharField(max_length=300)
        agenda = BlobField(null=True)
        notes = BlobField(null=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        added_by = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
        created_at = DateTimeField()
        revision = IntegerField()

        class Meta:
            table_name = "network_meetings"
            indexes = ((("state", "starts_at"), False),)

    class Participant(Table):
        meeting = ForeignKeyField(Meeting, on_delete="CASCADE")
        contact = ForeignKeyField(NetworkContact, null=True, on_delete="CASCADE")
        staff = ForeignKeyField(Staff, null=True, on_delete="CASCADE")

        class Meta:
            table_name = "network_participants"

    class Decision(Table):
        meeting = ForeignKeyField(Meeting, on_delete="CASCADE")
        what = BlobField()
        staff = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
        contact = ForeignKeyField(NetworkContact, null=True, on_delete="SET NULL")
        due_on = DateField()
        done_at = DateTimeField(null=True)
        created_at = DateTimeField()

        class Meta:
            table_name = "network_decisions"
            indexes = ((("done_at", "due_on"), False),)

    class DeadlineKind(Table):
        code = CharField(max_length=32, unique=True)
        notice_days = IntegerField()
        position = IntegerField()
        labels = JSONField()
        active = BooleanField()

        class Meta:
            table_name = "deadline_kinds"

    class Deadline(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        person = ForeignKeyField(Person, null=True, on_delete="SET NULL")
        kind = ForeignKeyField(DeadlineKind, on_delete="RESTRICT")
        due_on = DateField()
        note = BlobField(null=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        created_at = DateTimeField()
        revision = IntegerField()

        class Meta:
            table_name = "deadlines"
            indexes = (
                (("state", "due_on"), False),
                (("case", "state"), False),
            )

    class DeadlineChange(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        deadline = ForeignKeyField(Deadline, on_delete="CASCADE")
        at = DateTimeField()
        author = CharField(max_length=200)
        was_on = DateField()
        due_on = DateField()
        reason = BlobField(null=True)

        class Meta:
            table_name = "deadline_changes"
            indexes = ((("deadline", "at"), False),)

    class CounsellingExtension(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        at = DateTimeField()
        author = CharField(max_length=200)
        was_until = DateField()
        until = DateField()
        reason = BlobField()

        class Meta:
            table_name = "counselling_extensions"

    class HandoverTask(Table):
        code = CharField(max_length=32, unique=True)
        life_area = ForeignKeyField(LifeArea, null=True, on_delete="RESTRICT")
        position = IntegerField()
        labels = JSONField()
        active = BooleanField()

        class Meta:
            table_name = "handover_tasks"

    class Handover(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        begun_at = DateTimeField()
        begun_by = CharField(max_length=200)
        ended_at = DateTimeField(null=True)
        outcome = CharField(max_length=16)

        class Meta:
            table_name = "handovers"
            indexes = ((("ended_at", "begun_at"), False),)

    class HandoverPoint(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        handover = ForeignKeyField(Handover, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, null=True, on_delete="RESTRICT")
        position = IntegerField()
        texts = BlobField()
        state = CharField(max_length=16)
        state_since = DateTimeField()
        organization = ForeignKeyField(Organization, null=True, on_delete="SET NULL")
        recipient = BlobField(null=True)
        reason = BlobField(null=True)
        settled_by = CharField(max_length=200)

        class Meta:
            table_name = "handover_points"
            indexes = ((("handover", "position"), False),)

    class Closing(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        at = DateTimeField()
        author = CharField(max_length=200)
        reason = CharField(max_length=32)
        remark = BlobField(null=True)
        needs_open = IntegerField()
        referrals_open = IntegerField()

        class Meta:
            table_name = "closings"
            indexes = ((("reason", "at"), False),)

    db.create_tables(
        [
            NetworkContact,
            ContactArea,
            Acquaintance,
            Talk,
            Meeting,
            Participant,
            Decision,
            DeadlineKind,
            Deadline,
            DeadlineChange,
            CounsellingExtension,
            HandoverTask,
            Handover,
            HandoverPoint,
            Closing,
        ]
    )
    migrator.migrate(
        migrator.add_column("cases", "counselling_from", DateField(null=True)),
        migrator.add_column("cases", "counselling_until", DateField(null=True, index=True)),
    )
    if isinstance(db, SqliteDatabase):
        db.execute_sql(
            "UPDATE cases SET counselling_from = date(opened_at), "
            "counselling_until = date(opened_at, '+3 years')"
        )
    else:
        db.execute_sql(
            "UPDATE cases SET counselling_from = opened_at::date, "
            "counselling_until = (opened_at + interval '3 years')::date"
        )
