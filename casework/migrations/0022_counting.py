"""Indexes along which cases that end and needs by life area are counted without sorting."""


def up(migrator, db):
    db.execute_sql(
        "CREATE INDEX case_leaving ON cases (counselling_until, household_id, closed_at) "
        "WHERE closed_at IS NULL"
    )
    db.execute_sql("CREATE INDEX need_in_area ON needs (life_area_id, state, case_id)")
