"""Waiting times that the worker counts, indexes for large towns, and clocks that began by UTC.

The clocks that 0012 gave to cases began on the day of UTC on which a case was opened, and those
of 29 February ended on 1 March on SQLite and on 28 February on PostgreSQL. Where nobody has
touched such a clock, it gets the days that opening the case would have given it: those of the
site, and 28 February on both.
"""

import json
import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from peewee import (
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    UUIDField,
)

YEARS = 3
INDEXES = (
    # Answers that nobody has noted yet: few among all that were ever given.
    "release_answer_unseen ON releases (state, answered_at) "
    "WHERE answered_at IS NOT NULL AND noted_at IS NULL",
    # Which cases are closed, and who lives at a site, without reading a row.
    "case_closed ON cases (id, closed_at) WHERE closed_at IS NOT NULL",
    "household_at_site ON households (site_id, id)",
    "cell_under ON balance_cells (household_id, life_area_id) "
    "WHERE under AND organization_id IS NULL",
)


def up(migrator, db):
    _keep_waiting_figures(db)
    for each in INDEXES:
        db.execute_sql(f"CREATE INDEX {each}")
    _mend_clocks(db)


def _keep_waiting_figures(db):
    class Table(Model):
        id = UUIDField(primary_key=True, default=uuid.uuid4)

        class Meta:
            database = db
            legacy_table_names = False

    class Organization(Table):
        class Meta:
            table_name = "organizations"

    class WaitingFigures(Table):
        organization = ForeignKeyField(Organization, null=True, on_delete="CASCADE")
        days = IntegerField()
        counted_at = DateTimeField()
        content = JSONField()

        class Meta:
            table_name = "waiting_figures"
            indexes = ((("organization", "days"), False),)

    db.create_tables([WaitingFigures])


def _mend_clocks(db):
    class Table(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Case(Table):
        opened_at = DateTimeField()
        counselling_from = DateField(null=True)
        counselling_until = DateField(null=True)

        class Meta:
            table_name = "cases"

    class AuditEntry(Table):
        event = CharField()
        case_id = UUIDField(null=True)

        class Meta:
            table_name = "audit_entries"

    zone = _zone(db)
    changed = AuditEntry.select(AuditEntry.case_id).where(
        AuditEntry.event.in_(("counselling:started", "counselling:extended"))
        & AuditEntry.case_id.is_null(False)
    )
    rows = Case.select().where(Case.counselling_from.is_null(False) & Case.id.not_in(changed))
    for case in list(rows.iterator()):
        opened = _moment(case.opened_at)
        if case.counselling_from != opened.date():
            continue
        if case.counselling_until not in _ends(opened.date()):
            continue
        start = opened.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
        until = _ends(start)[0]
        if (start, until) != (case.counselling_from, case.counselling_until):
            Case.update(counselling_from=start, counselling_until=until).where(
                Case.id == case.id
            ).execute()


def _moment(stored):
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)


def _ends(start):
    """Where three years end: as the program counts, and as a database may have counted."""
    year = start.year + YEARS
    if (start.month, start.day) == (2, 29):
        return date(year, 2, 28), date(year, 3, 1)
    return (start.replace(year=year),)


def _zone(db):
    found = db.execute_sql("SELECT value FROM settings WHERE key = 'site_zone'").fetchone()
    value = found and found[0]
    if value and value.startswith('"'):
        value = json.loads(value)
    return ZoneInfo(value or "Europe/Berlin")
