"""What an import would write: rows cleaned, linked and compared with what is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from casework.core.i18n import N_
from casework.formats.hsds.cleaning import clean_row
from casework.formats.hsds.comparing import Comparison
from casework.formats.hsds.dialects import modernise
from casework.formats.hsds.folding import unfold
from casework.formats.hsds.mapping import MAPPED, OWNERS, REQUIRED_LINKS, model_of
from casework.formats.hsds.register import Keys, Register, prefix, references
from casework.formats.hsds.report import DOUBTFUL, DROPPED, LEFT_OUT, MENDED, REMOVED, Report
from casework.formats.hsds.sources import Package, SourceRow
from casework.formats.hsds.specification import LOOSE_LINKS, TABLES
from casework.providers import DirectoryModel

NO_NAME = N_("It has no name. Please give it one, or delete the row.")
NO_PHONE = N_("It has no number. Please give it one, or delete the row.")
NO_STREET = N_("It has neither street nor town. Please complete it, or delete the row.")
NO_TIMES = N_("It names a day but no times, so nothing was noted for that day.")
EMPTY = N_("It says nothing. Please complete it, or delete the row.")
NO_OWNER = N_("It belongs to no organisation, service or location that is known.")
NO_ENDS = N_("The service or the location that it connects is not known.")
TWICE = N_("The id “%(id)s” was read already at %(first)s. Please give the row an id of its own.")
SAME_PAIR = N_("The service was connected with this location already.")
DANGLING = N_("%(column)s “%(value)s” is not in the data; the rest of the row was kept.")
LOOSE = N_("%(column)s “%(value)s” is not in the data; it was kept as it stands.")
NO_ORGANIZATION = N_(
    "The organisation “%(id)s” is not in the data. “%(name)s” was set up for it and stays "
    "hidden; please enter its name in the back office."
)
GONE = N_("%(count)s entries of an earlier import are not in the data any more and were left: %(ids)s")
GONE_EDITED = N_("“%(row)s” is not in the data any more; it was changed by hand and was left.")
GONE_REMOVED = N_("“%(row)s” is not in the data any more and was removed.")

# Rows that only list something of another row; without an id they come and go with their file.
LISTED = TABLES.keys() - {"organization", "service", "location"}
_SCHEDULED = (
    "opens_at closes_at description notes schedule_link closed valid_from valid_to dtstart "
    "bymonthday byyearday byweekno"
).split()


@dataclass
class Plan:
    """Rows to insert, to save and to delete, by model and in this order."""

    created: dict[type[DirectoryModel], list[Any]] = field(default_factory=dict)
    updated: list[DirectoryModel] = field(default_factory=list)
    removed: list[DirectoryModel] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.removed)


def make_plan(package: Package, report: Report) -> Plan:
    """Compare the rows of `package` with the database; figures and remarks go to `report`."""
    modernise(package)
    unfold(package)
    return _Planning(package, report).run()


class _Planning:
    def __init__(self, package: Package, report: Report) -> None:
        self.package = package
        self.report = report
        self.plan = Plan()
        self.register = Register(report.source, package)
        self.comparison = Comparison(report)
        self.linked: dict[str, dict[str, str]] = {}
        self.read: set[tuple[str, str]] = set()

    def run(self) -> Plan:
        self._clean()
        self._set_up_missing_organizations()
        for kind in TABLES:
            rows = self.package.rows.get(kind, [])
            for row in rows:
                self.register.assign(kind, row.values["id"])
            for row in rows:
                self._take(row)
        self._look_for_gone()
        return self.plan

    def _clean(self) -> None:
        """Mend values, give keys, drop rows that say nothing or come twice."""
        keys = Keys()
        for kind, rows in self.package.rows.items():
            self.report.count(kind, "read", len(rows))
            kept: dict[str, SourceRow] = {}
            for row in rows:
                row.values = clean_row(kind, row.values, self._note(row))
                flaw = _flaw(row)
                if flaw:
                    self._drop(row, flaw)
                    continue
                key = row.values.setdefault("id", "") or keys.key(row)
                row.values["id"] = key
                first = kept.setdefault(key, row)
                if first is not row:
                    self._drop(row, TWICE, id=key, first=first.place)
            self.package.rows[kind] = list(kept.values())

    def _set_up_missing_organizations(self) -> None:
        """A service whose organisation is not in the data gets one that stays hidden."""
        organizations = self.package.rows.setdefault("organization", [])
        known = {row.values["id"] for row in organizations}
        for row in self.package.rows.get("service", ()):
            key = row.values.setdefault("organization_id", "#unnamed")
            if key in known or self._is_real(key):
                continue
            known.add(key)
            name = f"Organisation {key if key != '#unnamed' else '?'} ({self.report.source})"
            values = {"id": key, "name": name, "active": "false"}
            organizations.append(SourceRow("organization", row.file, row.place, values))
            self.report.count("organization", "read")
            self._note(row)(MENDED, NO_ORGANIZATION, id=key, name=name)

    def _is_real(self, key: str) -> bool:
        """Whether an earlier import brought the organisation itself and not only its key."""
        row = self.register.match("organization", key)
        return row is not None and "active" not in self.comparison.seen(row)

    def _take(self, row: SourceRow) -> None:
        """Link one row, and note what has to be written for it."""
        kind, key = row.kind, row.values["id"]
        self.read.add((kind, key))
        refused = self._link(row)
        if refused:
            self.register.forget(kind, key)
            self._drop(row, refused)
            return
        own = self.register.ids[kind, key]
        self.linked[str(own)] = row.values
        stored = self.register.match(kind, key)
        header = self.package.headers.get(row.file, set())
        if stored is None:
            created = self.comparison.created(row, own)
            self.plan.created.setdefault(model_of(kind), []).append(created)
            self.report.count(kind, "created")
        elif self.comparison.updated(stored, row, header):
            self.plan.updated.append(stored)
            self.report.count(kind, "updated")
        else:
            self.report.count(kind, "unchanged")

    def _link(self, row: SourceRow) -> str:
        """Put our ids in place of the source's keys; a sentence where the row cannot stand."""
        values, note = row.values, self._note(row)
        for column, target in references(row.kind).items():
            key = values.get(column, "")
            found = self.register.resolve(target, key) if key else None
            if found:
                values[column] = str(found)
            elif key:
                del values[column]
                note(LEFT_OUT, DANGLING, column=column, value=key)
        if row.kind in LOOSE_LINKS:
            self._link_loosely(row)
        if row.kind == "service_at_location":
            return self._refuse_pair(row)
        if any(not values.get(f"{link}_id") for link in REQUIRED_LINKS.get(row.kind, ())):
            return NO_OWNER
        return "" if row.kind not in MAPPED or row.kind in ("organization", "location") else (
            self._inherit(row)
        )  # fmt: skip

    def _link_loosely(self, row: SourceRow) -> None:
        column, entity = LOOSE_LINKS[row.kind]
        key = row.values.get(column, "")
        found = self.register.resolve_any(key, row.values.get(entity, "")) if key else None
        if found:
            row.values[column] = str(found)
        elif key:
            self._note(row)(DOUBTFUL, LOOSE, column=column, value=key)

    def _refuse_pair(self, row: SourceRow) -> str:
        """A service stands at a location once, whoever said so first."""
        pair = (row.values.get("service_id", ""), row.values.get("location_id", ""))
        if not all(pair):
            return NO_ENDS
        own = self.register.ids[row.kind, row.values["id"]]
        return SAME_PAIR if self.register.pairs.setdefault(pair, own) != own else ""

    def _inherit(self, row: SourceRow) -> str:
        """A row that names only a phone or a service at a location belongs where that does."""
        links = {f"{link}_id" for link in MAPPED[row.kind].links}
        if links & row.values.keys():
            return ""
        for column in ("service_at_location_id", "phone_id"):
            above = self.linked.get(row.values.get(column, ""), {})
            row.values |= {name: above[name] for name in links if name in above}
        return "" if links & row.values.keys() else NO_OWNER

    def _look_for_gone(self) -> None:
        """Rows of earlier imports: those without an id go with their list, others are named."""
        prefixes = tuple({prefix(row.file) for row in self.package} | set(map(prefix, self.package.headers)))
        gone: dict[str, list[str]] = {}
        for (kind, key), stored in self.register.stored.items():
            if (kind, key) in self.read:
                continue
            if kind in LISTED and key.startswith(prefixes):
                self._remove(kind, stored)
            elif kind in self.package.rows and not key.startswith("#"):
                gone.setdefault(kind, []).append(key)
        for kind, ids in gone.items():
            self.report.note(DOUBTFUL, TABLES[kind].file, "", GONE, count=len(ids), ids=", ".join(ids))

    def _remove(self, kind: str, stored: DirectoryModel) -> None:
        if self.comparison.is_untouched(stored):
            self.plan.removed.append(stored)
            self.report.count(kind, "removed")
            self.report.note(REMOVED, TABLES[kind].file, "", GONE_REMOVED, row=stored)
        else:
            self.report.note(DOUBTFUL, TABLES[kind].file, "", GONE_EDITED, row=stored)

    def _drop(self, row: SourceRow, msgid: str, **params: object) -> None:
        self.report.count(row.kind, "dropped")
        self._note(row)(DROPPED, msgid, **params)

    def _note(self, row: SourceRow) -> Callable[..., None]:
        return partial(_note_at, self.report, row)


def _note_at(report: Report, row: SourceRow, fate: str, msgid: str, **params: object) -> None:
    report.note(fate, row.file, row.place, msgid, **params)


def _flaw(row: SourceRow) -> str:
    """Why a row says too little to be kept, empty where it says enough."""
    values, kind = row.values, row.kind
    if kind in ("organization", "service"):
        return "" if values.get("name") else NO_NAME
    if kind == "phone":
        return "" if values.get("number") else NO_PHONE
    if kind == "address":
        said = {"address_1", "address_2", "city", "postal_code"} & values.keys()
        return "" if said else NO_STREET
    if kind == "schedule":
        return "" if values.keys() & set(_SCHEDULED) else NO_TIMES
    if kind in ("location", "service_at_location"):
        return ""
    keys = {"id", *(f"{owner}_id" for owner in OWNERS), *references(kind)}
    return "" if values.keys() - keys else EMPTY
