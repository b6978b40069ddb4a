"""Integration plans: goals, steps, what they wait for, reviews, agreements; blockers, templates."""

from peewee import *


def up(migrator, db):
    class Table(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Case(Table):
        class Meta:
            table_name = 'cases'

    class Person(Table):
        class Meta:
            table_name = 'people'

    class LifeArea(Table):
        class Meta:
            table_name = 'life_areas'

    class Staff(Table):
        class Meta:
            table_name = 'staff'

    class Organization(Table):
        class Meta:
            table_name = 'organizations'

    class Service(Table):
        class Meta:
            table_name = 'services'

    class Submission(Table):
        class Meta:
            table_name = 'submissions'

    class Blocker(Table):
        code = CharField(max_length=32, unique=True)
        turn = CharField(max_length=16)
        position = IntegerField()
        labels = JSONField()
        active = BooleanField()

        class Meta:
            table_name = 'blockers'

    class PlanTemplate(Table):
        code = CharField(max_length=32, unique=True)
        position = IntegerField()
        labels = JSONField()
        content = JSONField()
        active = BooleanField()

        class Meta:
            table_name = 'plan_templates'

    class Plan(Table):
        case = ForeignKeyField(Case, on_delete='CASCADE')
        person = ForeignKeyField(Person, null=True, on_delete='SET NULL')
        started_at = DateTimeField()
        ended_at = DateTimeField(null=True)
        review_on = DateField(null=True)
        reviews = IntegerField()

        class Meta:
            table_name = 'plans'
            indexes = ((('ended_at', 'review_on'), False),)

    class Goal(Table):
        case = ForeignKeyField(Case, on_delete='CASCADE')
        plan = ForeignKeyField(Plan, on_delete='CASCADE')
        life_area = ForeignKeyField(LifeArea, on_delete='RESTRICT')
        position = IntegerField()
        texts = BlobField()
        wish = BlobField(null=True)
        wish_language = CharField(max_length=16)
        baseline = BlobField(null=True)
        target = BlobField(null=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        created_at = DateTimeField()
        revision = IntegerField()

        class Meta:
            table_name = 'goals'
            indexes = ((('life_area', 'state'), False),)

    class Step(Table):
        case = ForeignKeyField(Case, on_delete='CASCADE')
        goal = ForeignKeyField(Goal, on_delete='CASCADE')
        position = IntegerField()
        texts = BlobField()
        doer = CharField(max_length=16)
        staff = ForeignKeyField(Staff, null=True, on_delete='SET NULL')
        organization = ForeignKeyField(Organization, null=True, on_delete='SET NULL')
        service = ForeignKeyField(Service, null=True, on_delete='SET NULL')
        name = BlobField(null=True)
        due_on = DateField(null=True)
        state = CharField(max_length=16)
        state_since = DateTimeField()
        cancelled_by = CharField(max_length=16)
        created_at = DateTimeField()
        revision = IntegerField()

        class Meta:
            table_name = 'steps'
            indexes = (
                (('state', 'due_on'), False),
                (('state', 'state_since'), False),
            )

    class Hold(Table):
        case = ForeignKeyField(Case, on_delete='CASCADE')
        step = ForeignKeyField(Step, on_delete='CASCADE')
        blocker = ForeignKeyField(Blocker, on_delete='RESTRICT')
        turn = CharField(max_length=16)
        since = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            table_name = 'holds'
            indexes = ((('ended_at', 'turn', 'since'), False),)

    class PlanReview(Table):
        case = ForeignKeyField(Case, on_delete='CASCADE')
        plan = ForeignKeyField(Plan, on_delete='CASCADE')
        at = DateTimeField()
        reviewer = CharField(max_length=200)
        remark = BlobField(null=True)
        next_on = DateField()

        class Meta:
            table_name = 'plan_reviews'
            indexes = ((('plan', 'at'), False),)

    class GoalProgress(Table):
        case = ForeignKeyField(Case, on_delete='CASCADE')
        review = ForeignKeyField(PlanReview, on_delete='CASCADE')
        goal = ForeignKeyField(Goal, on_delete='CASCADE')
        progress = CharField(max_length=16)

        class Meta:
            table_name = 'goal_progress'
            indexes = (
                (('review', 'goal'), True),
                (('progress',), False),
            )

    class PlanAgreement(Table):
        case = ForeignKeyField(Case, on_delete='CASCADE')
        plan = ForeignKeyField(Plan, on_delete='CASCADE')
        submission = ForeignKeyField(Submission, null=True, on_delete='SET NULL')
        state = CharField(max_length=16)
        state_since = DateTimeField()
        channel = CharField(max_length=16)
        language = CharField(max_length=16)
        text = BlobField(null=True)
        noted_by = CharField(max_length=200)
        noted_at = DateTimeField(null=True)

        class Meta:
            table_name = 'plan_agreements'
            indexes = (
                (('plan', 'state_since'), False),
                (('state', 'noted_at'), False),
            )

    db.create_tables([
        Blocker, PlanTemplate, Plan, Goal, Step, Hold, PlanReview, GoalProgress, PlanAgreement,
    ])
