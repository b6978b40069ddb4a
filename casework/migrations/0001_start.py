"""The first schema: frozen copies of the tables, independent of the models."""

from peewee import *


def up(migrator, db):
    class Base(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Organization(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        name = CharField(index=True, max_length=300)
        alternate_name = CharField(max_length=300)
        description = TextField()
        email = CharField(max_length=254)
        website = CharField(max_length=1000)
        legal_status = CharField(max_length=200)
        checked_at = DateTimeField(null=True)
        checked_by = CharField(max_length=200)
        active = BooleanField()

        class Meta:
            table_name = 'organizations'
            indexes = ((('source', 'source_id'), True),)

    class Service(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='RESTRICT', backref='services_by_organization')
        name = CharField(index=True, max_length=300)
        alternate_name = CharField(max_length=300)
        description = TextField()
        url = CharField(max_length=1000)
        email = CharField(max_length=254)
        status = CharField(max_length=32)
        interpretation_services = TextField()
        application_process = TextField()
        fees_description = TextField()
        eligibility_description = TextField()
        wait_time = TextField()
        capacity_places = IntegerField(null=True)
        capacity_free = IntegerField(null=True)
        capacity_waiting = IntegerField(null=True)
        capacity_at = DateTimeField(null=True)
        checked_at = DateTimeField(null=True)
        checked_by = CharField(max_length=200)

        class Meta:
            table_name = 'services'
            indexes = ((('source', 'source_id'), True),)

    class Location(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='RESTRICT', null=True, backref='locations_by_organization')
        name = CharField(max_length=300)
        alternate_name = CharField(max_length=300)
        description = TextField()
        location_type = CharField(max_length=16)
        transportation = TextField()
        latitude = DoubleField(null=True)
        longitude = DoubleField(null=True)
        url = CharField(max_length=1000)
        confidential = BooleanField()

        class Meta:
            table_name = 'locations'
            indexes = ((('source', 'source_id'), True),)

    class Address(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='CASCADE', null=True, backref='addresses_by_organization')
        service = ForeignKeyField(Service, on_delete='CASCADE', null=True, backref='addresses_by_service')
        location = ForeignKeyField(Location, on_delete='CASCADE', null=True, backref='addresses_by_location')
        attention = CharField(max_length=200)
        address_1 = CharField(max_length=500)
        address_2 = CharField(max_length=300)
        city = CharField(max_length=120)
        region = CharField(max_length=120)
        state_province = CharField(max_length=120)
        postal_code = CharField(max_length=20)
        country = CharField(max_length=80)
        address_type = CharField(max_length=16)

        class Meta:
            table_name = 'addresses'
            indexes = ((('source', 'source_id'), False),)

    class Site(Base):
        name = CharField(unique=True, max_length=200)
        kind = CharField(max_length=32)
        address = CharField(max_length=300)
        capacity = IntegerField()
        planned_arrivals = IntegerField()
        planned_on = DateField(null=True)
        notes = TextField()
        active = BooleanField()

        class Meta:
            table_name = 'sites'

    class Household(Base):
        name = BlobField(null=True)
        site = ForeignKeyField(Site, on_delete='SET NULL', null=True, backref='households_by_site')
        housing = CharField(max_length=16)
        place = BlobField(null=True)
        created_at = DateTimeField()

        class Meta:
            table_name = 'households'

    class Staff(Base):
        email = CharField(unique=True, max_length=254)
        name = CharField(max_length=200)
        role = CharField(max_length=32)
        organization = ForeignKeyField(Organization, on_delete='RESTRICT', null=True, backref='staff_by_organization')
        language = CharField(max_length=16)
        active = BooleanField()
        password = CharField(null=True)
        fs_uniquifier = CharField(unique=True, max_length=64)
        tf_primary_method = CharField(null=True, max_length=64)
        tf_totp_secret = BlobField(null=True)
        totp_counter = IntegerField(null=True)
        mf_recovery_codes = BlobField(null=True)
        signed_in_at = DateTimeField(null=True)
        created_at = DateTimeField()

        class Meta:
            table_name = 'staff'

    class Case(Base):
        reference = CharField(unique=True, max_length=16)
        household = ForeignKeyField(Household, on_delete='RESTRICT', backref='cases_by_household')
        organization = ForeignKeyField(Organization, on_delete='RESTRICT', null=True, backref='cases_by_organization')
        assigned_to = ForeignKeyField(Staff, on_delete='SET NULL', null=True, backref='cases_by_assigned_to')
        site = ForeignKeyField(Site, on_delete='SET NULL', null=True, backref='cases_by_site')
        state = CharField(index=True, max_length=16)
        state_since = DateTimeField()
        language = CharField(max_length=16)
        urgency = CharField(max_length=16)
        closing_reason = CharField(max_length=32)
        opened_at = DateTimeField(index=True)
        closed_at = DateTimeField(null=True)
        last_contact_at = DateTimeField(null=True)
        revision = IntegerField()

        class Meta:
            table_name = 'cases'
            indexes = ((('organization', 'state', 'opened_at'), False), (('assigned_to', 'state'), False), (('state', 'opened_at'), False))

    class Person(Base):
        household = ForeignKeyField(Household, on_delete='RESTRICT', backref='people_by_household')
        given_name = BlobField(null=True)
        family_name = BlobField(null=True)
        birth_date = BlobField(null=True)
        gender = CharField(max_length=16)
        role_at_home = CharField(max_length=16)
        phone = BlobField(null=True)
        email = BlobField(null=True)
        language = CharField(max_length=16)
        languages = JSONField()
        interpreter = CharField(max_length=16)
        channels = JSONField()
        times = JSONField()
        notes = BlobField(null=True)
        is_contact = BooleanField()
        created_at = DateTimeField()

        class Meta:
            table_name = 'people'

    class Appointment(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', backref='appointments_by_case')
        person = ForeignKeyField(Person, on_delete='SET NULL', null=True, backref='appointments_by_person')
        starts_at = DateTimeField(index=True)
        minutes = IntegerField()
        subject = BlobField()
        place = BlobField(null=True)
        with_whom = CharField(max_length=200)
        interpreter_language = CharField(max_length=16)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        cancelled_by = CharField(max_length=16)
        created_at = DateTimeField()

        class Meta:
            table_name = 'appointments'
            indexes = ((('state', 'starts_at'), False),)

    class AuditEntry(Base):
        at = DateTimeField(index=True)
        actor_kind = CharField(max_length=16)
        actor_id = UUIDField(index=True, null=True)
        actor_name = CharField(max_length=200)
        event = CharField(index=True, max_length=64)
        subject_table = CharField(max_length=64)
        subject_id = UUIDField(null=True)
        case_id = UUIDField(index=True, null=True)
        details = JSONField()

        class Meta:
            table_name = 'audit_entries'
            indexes = ((('subject_table', 'subject_id', 'at'), False),)

    class Care(Base):
        household = ForeignKeyField(Household, on_delete='CASCADE', backref='care_by_household')
        organization_id = UUIDField()
        case_id = UUIDField(index=True)
        since = DateTimeField()
        until = DateTimeField(null=True)

        class Meta:
            table_name = 'care'
            indexes = ((('organization_id', 'until', 'household'), False),)

    class Questionnaire(Base):
        slug = CharField(unique=True, max_length=40)
        purpose = CharField(max_length=16)
        state = CharField(index=True, max_length=16)
        state_since = DateTimeField()
        title = JSONField()
        live_version_id = CharField(null=True, max_length=32)
        created_at = DateTimeField()

        class Meta:
            table_name = 'questionnaires'

    class QuestionnaireVersion(Base):
        questionnaire = ForeignKeyField(Questionnaire, on_delete='CASCADE', backref='questionnaire_versions_by_questionnaire')
        number = IntegerField()
        definition = TextField()
        digest = CharField(max_length=64)
        created_at = DateTimeField()
        created_by = CharField(max_length=200)
        published_at = DateTimeField(null=True)

        class Meta:
            table_name = 'questionnaire_versions'
            indexes = ((('questionnaire', 'number'), True),)

    class Submission(Base):
        version = ForeignKeyField(QuestionnaireVersion, on_delete='RESTRICT', backref='submissions_by_version')
        purpose = CharField(index=True, max_length=16)
        reference = CharField(unique=True, max_length=16)
        pin_hash = CharField(max_length=200)
        draft_digest = CharField(unique=True, max_length=32)
        language = CharField(max_length=16)
        state = CharField(index=True, max_length=16)
        state_since = DateTimeField()
        received_at = DateTimeField(index=True)
        answers = BlobField()
        sender = BlobField(null=True)
        by_helper = BooleanField()
        urgency = CharField(max_length=16)
        suspicion = JSONField()
        suspicious = BooleanField(index=True)
        decline_reason = CharField(max_length=32)
        seen_by_person_at = DateTimeField(null=True)

        class Meta:
            table_name = 'submissions'
            indexes = ((('purpose', 'state', 'received_at'), False),)

    class CaseSubmission(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', backref='case_submissions_by_case')
        submission = ForeignKeyField(Submission, on_delete='RESTRICT', unique=True, backref='case_submissions_by_submission')
        at = DateTimeField()

        class Meta:
            table_name = 'case_submissions'

    class Contact(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='CASCADE', null=True, backref='contacts_by_organization')
        service = ForeignKeyField(Service, on_delete='CASCADE', null=True, backref='contacts_by_service')
        location = ForeignKeyField(Location, on_delete='CASCADE', null=True, backref='contacts_by_location')
        name = CharField(max_length=200)
        title = CharField(max_length=200)
        department = CharField(max_length=200)
        email = CharField(max_length=254)

        class Meta:
            table_name = 'contacts'
            indexes = ((('source', 'source_id'), False),)

    class Counter(Base):
        name = CharField(unique=True, max_length=64)
        value = IntegerField()

        class Meta:
            table_name = 'counters'

    class DirectoryRecord(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='CASCADE', null=True, backref='directory_records_by_organization')
        service = ForeignKeyField(Service, on_delete='CASCADE', null=True, backref='directory_records_by_service')
        location = ForeignKeyField(Location, on_delete='CASCADE', null=True, backref='directory_records_by_location')
        kind = CharField(index=True, max_length=48)
        data = TextField()

        class Meta:
            table_name = 'directory_records'
            indexes = ((('source', 'source_id'), False),)

    class Document(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', backref='documents_by_case')
        title = BlobField()
        content_type = CharField(max_length=64)
        size = IntegerField()
        sha256 = CharField(max_length=64)
        added_by = CharField(max_length=200)
        at = DateTimeField()

        class Meta:
            table_name = 'documents'

    class Draft(Base):
        version = ForeignKeyField(QuestionnaireVersion, on_delete='RESTRICT', backref='drafts_by_version')
        token_digest = CharField(unique=True, max_length=32)
        code_digest = CharField(unique=True, max_length=32)
        code = BlobField()
        language = CharField(max_length=16)
        answers = BlobField()
        started_at = DateTimeField()
        changed_at = DateTimeField()
        expires_at = DateTimeField(index=True)
        revision = IntegerField()

        class Meta:
            table_name = 'drafts'

    class FollowUp(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', backref='follow_ups_by_case')
        assigned_to = ForeignKeyField(Staff, on_delete='SET NULL', null=True, backref='follow_ups_by_assigned_to')
        what = BlobField()
        due_on = DateField()
        done_at = DateTimeField(null=True)
        created_at = DateTimeField()

        class Meta:
            table_name = 'follow_ups'
            indexes = ((('done_at', 'due_on'), False),)

    class Interpretation(Base):
        table = CharField(max_length=32)
        row_id = UUIDField()
        field = CharField(max_length=120)
        language = CharField(max_length=16)
        source = CharField(max_length=16)
        body = BlobField()
        author = CharField(max_length=200)
        at = DateTimeField()

        class Meta:
            table_name = 'interpretations'
            indexes = ((('row_id', 'field', 'language', 'source'), True),)

    class LifeArea(Base):
        code = CharField(unique=True, max_length=32)
        icon = CharField(max_length=32)
        position = IntegerField()
        labels = JSONField()
        active = BooleanField()

        class Meta:
            table_name = 'life_areas'

    class LookupKey(Base):
        table = CharField(max_length=32)
        row_id = UUIDField()
        kind = CharField(max_length=16)
        digest = CharField(max_length=32)

        class Meta:
            table_name = 'lookup_keys'
            indexes = ((('digest', 'table'), False), (('row_id',), False))

    class Message(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', null=True, backref='messages_by_case')
        submission = ForeignKeyField(Submission, on_delete='CASCADE', null=True, backref='messages_by_submission')
        direction = CharField(max_length=4)
        author = CharField(max_length=200)
        body = BlobField()
        language = CharField(max_length=16)
        at = DateTimeField()
        read_at = DateTimeField(null=True)

        class Meta:
            table_name = 'messages'
            indexes = ((('case', 'at'), False), (('submission', 'at'), False), (('direction', 'read_at'), False))

    class NeedCategory(Base):
        code = CharField(unique=True, max_length=64)
        life_area = ForeignKeyField(LifeArea, on_delete='RESTRICT', backref='need_categories_by_life_area')
        position = IntegerField()
        labels = JSONField()
        active = BooleanField()

        class Meta:
            table_name = 'need_categories'

    class Need(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', backref='needs_by_case')
        person = ForeignKeyField(Person, on_delete='SET NULL', null=True, backref='needs_by_person')
        category = ForeignKeyField(NeedCategory, on_delete='RESTRICT', backref='needs_by_category')
        life_area = ForeignKeyField(LifeArea, on_delete='RESTRICT', backref='needs_by_life_area')
        state = CharField(max_length=16)
        state_since = DateTimeField()
        urgency = CharField(max_length=16)
        description = BlobField(null=True)
        description_language = CharField(max_length=16)
        opened_at = DateTimeField()

        class Meta:
            table_name = 'needs'
            indexes = ((('state', 'state_since'), False), (('life_area', 'state'), False))

    class Volunteer(Base):
        given_name = BlobField(null=True)
        family_name = BlobField(null=True)
        phone = BlobField(null=True)
        email = BlobField(null=True)
        language = CharField(max_length=16)
        created_at = DateTimeField()

        class Meta:
            table_name = 'volunteers'

    class Offer(Base):
        volunteer = ForeignKeyField(Volunteer, on_delete='CASCADE', backref='offers_by_volunteer')
        submission = ForeignKeyField(Submission, on_delete='SET NULL', unique=True, null=True, backref='offers_by_submission')
        state = CharField(index=True, max_length=16)
        state_since = DateTimeField()
        areas = JSONField()
        languages = JSONField()
        availability = JSONField()
        places = IntegerField()
        description = BlobField(null=True)
        description_language = CharField(max_length=16)
        created_at = DateTimeField()

        class Meta:
            table_name = 'offers'
            indexes = ((('state', 'created_at'), False),)

    class OutboxMail(Base):
        kind = CharField(max_length=48)
        recipient = BlobField()
        subject = BlobField()
        body = BlobField()
        language = CharField(max_length=16)
        message_id = CharField(unique=True, max_length=120)
        state = CharField(max_length=16)
        tries = IntegerField()
        created_at = DateTimeField()
        next_try_at = DateTimeField()
        sent_at = DateTimeField(null=True)
        last_error = CharField(max_length=200)

        class Meta:
            table_name = 'outbox_mails'
            indexes = ((('state', 'next_try_at'), False),)

    class Phone(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='CASCADE', null=True, backref='phones_by_organization')
        service = ForeignKeyField(Service, on_delete='CASCADE', null=True, backref='phones_by_service')
        location = ForeignKeyField(Location, on_delete='CASCADE', null=True, backref='phones_by_location')
        contact = ForeignKeyField(Contact, on_delete='CASCADE', null=True, backref='phones_by_contact')
        number = CharField(max_length=60)
        extension = CharField(max_length=20)
        type = CharField(max_length=20)
        description = CharField(max_length=300)

        class Meta:
            table_name = 'phones'
            indexes = ((('source', 'source_id'), False),)

    class Release(Base):
        submission = ForeignKeyField(Submission, on_delete='SET NULL', null=True, backref='releases_by_submission')
        household = ForeignKeyField(Household, on_delete='CASCADE', null=True, backref='releases_by_household')
        case = ForeignKeyField(Case, on_delete='CASCADE', null=True, backref='releases_by_case')
        organization = ForeignKeyField(Organization, on_delete='RESTRICT', null=True, backref='releases_by_organization')
        basis = ForeignKeyField('self', on_delete='SET NULL', null=True, backref='releases_by_basis')
        purpose = CharField(max_length=32)
        fields = JSONField()
        state = CharField(max_length=16)
        state_since = DateTimeField()
        text_version = CharField(max_length=64)
        language = CharField(max_length=16)
        channel = CharField(max_length=16)
        given_at = DateTimeField()
        expires_on = DateField()
        withdrawn_at = DateTimeField(null=True)

        class Meta:
            table_name = 'releases'
            indexes = ((('household', 'organization', 'state'), False), (('state', 'expires_on'), False))

    class Referral(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', backref='referrals_by_case')
        need = ForeignKeyField(Need, on_delete='CASCADE', backref='referrals_by_need')
        service = ForeignKeyField(Service, on_delete='RESTRICT', backref='referrals_by_service')
        organization = ForeignKeyField(Organization, on_delete='RESTRICT', backref='referrals_by_organization')
        release = ForeignKeyField(Release, on_delete='SET NULL', null=True, backref='referrals_by_release')
        state = CharField(index=True, max_length=24)
        state_since = DateTimeField()
        fields = JSONField()
        shared = BlobField(null=True)
        note = BlobField(null=True)
        created_by = CharField(max_length=200)
        created_at = DateTimeField()
        sent_at = DateTimeField(null=True)
        answered_at = DateTimeField(null=True)
        follow_up_on = DateField(null=True)
        shown_to_sender_at = DateTimeField(null=True)
        shown_to_person_at = DateTimeField(null=True)

        class Meta:
            table_name = 'referrals'
            indexes = ((('state', 'follow_up_on'), False), (('service', 'created_at'), False))

    class ReferralStep(Base):
        case = ForeignKeyField(Case, on_delete='CASCADE', backref='referral_steps_by_case')
        referral = ForeignKeyField(Referral, on_delete='CASCADE', backref='referral_steps_by_referral')
        at = DateTimeField()
        state = CharField(max_length=24)
        actor_kind = CharField(max_length=16)
        actor_name = CharField(max_length=200)
        note = BlobField(null=True)

        class Meta:
            table_name = 'referral_steps'
            indexes = ((('referral', 'at'), False),)

    class ReplyLink(Base):
        referral = ForeignKeyField(Referral, on_delete='CASCADE', null=True, backref='reply_links_by_referral')
        purpose = CharField(max_length=32)
        token = BlobField()
        token_digest = CharField(unique=True, max_length=32)
        created_at = DateTimeField()
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)
        revoked_at = DateTimeField(null=True)

        class Meta:
            table_name = 'reply_links'

    class Schedule(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='CASCADE', null=True, backref='schedules_by_organization')
        service = ForeignKeyField(Service, on_delete='CASCADE', null=True, backref='schedules_by_service')
        location = ForeignKeyField(Location, on_delete='CASCADE', null=True, backref='schedules_by_location')
        byday = CharField(max_length=60)
        opens_at = CharField(max_length=16)
        closes_at = CharField(max_length=16)
        valid_from = CharField(max_length=32)
        valid_to = CharField(max_length=32)
        description = TextField()
        closed = BooleanField()

        class Meta:
            table_name = 'schedules'
            indexes = ((('source', 'source_id'), False),)

    class ServiceAtLocation(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        service = ForeignKeyField(Service, on_delete='CASCADE', backref='services_at_locations_by_service')
        location = ForeignKeyField(Location, on_delete='CASCADE', backref='services_at_locations_by_location')
        description = TextField()

        class Meta:
            table_name = 'services_at_locations'
            indexes = ((('service', 'location'), True), (('source', 'source_id'), False))

    class ServiceCategory(Base):
        service = ForeignKeyField(Service, on_delete='CASCADE', backref='service_categories_by_service')
        category = ForeignKeyField(NeedCategory, on_delete='CASCADE', backref='service_categories_by_category')

        class Meta:
            table_name = 'service_categories'
            indexes = ((('service', 'category'), True),)

    class Setting(Base):
        key = CharField(unique=True, max_length=64)
        value = JSONField(null=True)

        class Meta:
            table_name = 'settings'

    class SpokenLanguage(Base):
        source = CharField(max_length=64)
        source_id = CharField(null=True)
        source_digest = CharField(null=True, max_length=32)
        extra = JSONField()
        organization = ForeignKeyField(Organization, on_delete='CASCADE', null=True, backref='spoken_languages_by_organization')
        service = ForeignKeyField(Service, on_delete='CASCADE', null=True, backref='spoken_languages_by_service')
        location = ForeignKeyField(Location, on_delete='CASCADE', null=True, backref='spoken_languages_by_location')
        contact = ForeignKeyField(Contact, on_delete='CASCADE', null=True, backref='spoken_languages_by_contact')
        name = CharField(max_length=120)
        code = CharField(max_length=16)
        note = CharField(max_length=300)

        class Meta:
            table_name = 'spoken_languages'
            indexes = ((('source', 'source_id'), False),)

    class Text(Base):
        key = CharField(max_length=64)
        language = CharField(max_length=16)
        subject = CharField(max_length=300)
        body = TextField()
        review = CharField(max_length=16)
        changed_at = DateTimeField()

        class Meta:
            table_name = 'texts'
            indexes = ((('key', 'language'), True),)

    class Throttle(Base):
        kind = CharField(max_length=32)
        digest = CharField(max_length=32)
        started_at = DateTimeField()
        ends_at = DateTimeField(index=True)
        count = IntegerField()

        class Meta:
            table_name = 'throttles'
            indexes = ((('kind', 'digest'), True),)

    class QueueValue(Model):
        queue = CharField()
        key = CharField()
        value = BlobField()

        class Meta:
            database = db
            table_name = "kv"
            primary_key = CompositeKey("queue", "key")

    class QueueSchedule(Model):
        queue = CharField()
        data = BlobField()
        timestamp = TimestampField(resolution=1000)

        class Meta:
            database = db
            table_name = "schedule"
            indexes = ((("queue", "timestamp"), False),)

    class QueueTask(Model):
        queue = CharField()
        data = BlobField()
        priority = FloatField(default=0.0)

        class Meta:
            database = db
            table_name = "task"

    QueueTask.add_index(QueueTask.priority.desc(), QueueTask.id)

    class QueueCounter(Model):
        queue = CharField()
        key = CharField()
        value = IntegerField()

        class Meta:
            database = db
            table_name = "counter"
            primary_key = CompositeKey("queue", "key")

    db.create_tables(
        [
            Organization,
            Service,
            Location,
            Address,
            Site,
            Household,
            Staff,
            Case,
            Person,
            Appointment,
            AuditEntry,
            Care,
            Questionnaire,
            QuestionnaireVersion,
            Submission,
            CaseSubmission,
            Contact,
            Counter,
            DirectoryRecord,
            Document,
            Draft,
            FollowUp,
            Interpretation,
            LifeArea,
            LookupKey,
            Message,
            NeedCategory,
            Need,
            Volunteer,
            Offer,
            OutboxMail,
            Phone,
            Release,
            Referral,
            ReferralStep,
            ReplyLink,
            Schedule,
            ServiceAtLocation,
            ServiceCategory,
            Setting,
            SpokenLanguage,
            Text,
            Throttle,
            QueueValue,
            QueueSchedule,
            QueueTask,
            QueueCounter,
        ]
    )
