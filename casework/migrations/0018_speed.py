"""Indexes along which lists are walked and single cases judged, and spreads of support by quarter.

What most lists leave out is left out of the index, so that no database is tempted to gather all
cases that are not closed and sort them. `closed_at` stands at the end of each: SQLite then reads
no row to see that it is empty.
"""

from peewee import DateField, DateTimeField, ForeignKeyField, JSONField, Model, UUIDField

OPEN_CASES = {
    'case_open_newest': 'opened_at, id',
    'case_open_of_organization': 'organization_id, opened_at, id',
    'case_open_last_contact': 'last_contact_at, id',
    'case_open_state': 'state, id',
    'case_open_reference': 'reference, id',
    'case_open_until': 'counselling_until, id',
    'case_open_from': 'counselling_from, id',
    'case_caseload': 'assigned_to_id, organization_id, site_id, household_id, '
                     'counselling_until, opened_at',
}  # fmt: skip
# Lists of tables that grow, by the column that they are in the order of.
NEWEST = {
    'people': 'created_at',
    'households': 'created_at',
    'referrals': 'state_since',
    'outbox_mails': 'created_at',
}  # fmt: skip
# What is asked of one case or plan after each change: of one case the open needs, and not of all
# open needs those of one case.
OF_ONE = {
    'need_of_case': 'needs (case_id, state, state_since)',
    'referral_of_case': 'referrals (case_id, state)',
    'plan_of_case': 'plans (case_id, ended_at, review_on)',
    'agreement_of_plan': 'plan_agreements (plan_id, state)',
    'appointment_of_case': 'appointments (case_id, state, starts_at)',
    'engagement_of_case': 'engagements (case_id, life_area_id)',
    'named_support_of_case': 'named_supports (case_id, life_area_id)',
}  # fmt: skip


def up(migrator, db):
    db.execute_sql("DROP INDEX case_caseload")
    for name, columns in OPEN_CASES.items():
        db.execute_sql(
            f"CREATE INDEX {name} ON cases ({columns}, closed_at) WHERE closed_at IS NULL"
        )
    for table, column in NEWEST.items():
        db.execute_sql(f"CREATE INDEX newest_{table} ON {table} ({column}, id)")
    for name, where in OF_ONE.items():
        db.execute_sql(f"CREATE INDEX {name} ON {where}")
    _keep_spreads(db)


def _keep_spreads(db):
    class Table(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Organization(Table):
        class Meta:
            table_name = "organizations"

    class Site(Table):
        class Meta:
            table_name = "sites"

    class LifeArea(Table):
        class Meta:
            table_name = "life_areas"

    class SupportSpread(Table):
        day = DateField()
        organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
        site = ForeignKeyField(Site, null=True, on_delete="CASCADE")
        life_area = ForeignKeyField(LifeArea, null=True, on_delete="CASCADE")
        households = JSONField()
        counted_at = DateTimeField()

        class Meta:
            table_name = "support_spreads"
            indexes = ((("day", "organization", "site", "life_area"), False),)

    db.create_tables([SupportSpread])
