"""One index by which workload and forecast are counted without reading a row."""

COLUMNS = (
    'closed_at', 'assigned_to_id', 'organization_id', 'site_id', 'household_id',
    'counselling_until', 'opened_at',
)  # fmt: skip


def up(migrator, db):
    db.execute_sql(f"CREATE INDEX case_caseload ON cases ({', '.join(COLUMNS)})")
