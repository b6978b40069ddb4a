"""What an import would write: rows cleaned, linked and compared with what is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from casework.core.i18n import N_
from casework.formats.hsds.cleaning import clean_row, flaw
from casework.formats.hsds.comparing import Comparison
from casework.formats.hsds.dialects import modernise
from casework.formats.hsds.folding import unfold
from casework.formats.hsds.mapping import BELONGING, MAPPED, REQUIRED_LINKS, model_of
from casework.formats.hsds.register import Keys, Register, prefix, references
from casework.formats.hsds.report import DOUBTFUL, DROPPED, LEFT_OUT, MENDED, REMOVED, Report
from casework.formats.hsds.sources import Package, SourceRow
from casework.formats.hsds.specification import LOOSE_LINKS, TABLES
from casework.providers import DirectoryModel

NO_OWNER = N_("It belongs to no organisation, service or location that is known.")
NO_ENDS = N_("The service or the location that it connects is not known.")
TWICE = N_("The id “%(id)s” was read already at %(first)s. Please give the row an id of its own.")
SAME_PAIR = N_("The service was connected with this location already.")
DANGLING = N_("%(column)s names a row that is not in the data; the rest of the row was kept.")
LOOSE = N_("%(column)s names a row that is not in the data; it was kept as it stands.")
NO_ORGANIZATION = N_(
    "The organisation of the service is not in the data. One was set up in its place and stays "
    "hidden; please enter its name in the back office."
)
GONE = N_(
    "%(count)s entries of an earlier import are not in the data any more and were left: %(ids)s"
)
GONE_EDITED = N_("“%(row)s” is not in the data any more; it was changed by hand and was left.")
GONE_REMOVED = N_("“%(row)s” is not in the data any more and was removed.")

# The key of the organisation that services get which name none.
UNNAMED = "#unnamed"
# Rows that only list something of another row; without an id they come and go with their file.
LISTED = TABLES.keys() - {"organization", "service", "location"}


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
    modernise(package, report)
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
        self.set_up: set[str] = set()
        self.kinds = {kind for kind, rows in package.rows.items() if rows}

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
        tables = self.report.tables
        self.report.tables = {kind: tables[kind] for kind in TABLES if kind in tables}
        return self.plan

    def _clean(self) -> None:
        """Mend values, give keys, drop rows that say nothing or come twice."""
        keys = Keys()
        for kind, rows in self.package.rows.items():
            self.report.count(kind, "read", len(rows))
            kept: dict[str, SourceRow] = {}
            for row in rows:
                row.values = clean_row(kind, row.values, self._note(row))
                found = flaw(kind, row.values)
                if found:
                    self._drop(row, found)
                    continue
                key = row.values.get("id") or keys.key(row)
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
            key = row.values.setdefault("organization_id", UNNAMED)
            if key not in known and not self._is_real(key):
                known.add(key)
                self._set_up(key, row)
            if key in self.set_up and self.register.match("organization", key) is None:
                self._note(row)(MENDED, NO_ORGANIZATION)

    def _set_up(self, key: str, row: SourceRow) -> None:
        name = f"Organisation {key if key != UNNAMED else '?'} ({self.report.source})"
        values = {"id": key, "name": name, "active": "false"}
        stand_in = SourceRow("organization", row.file, row.place, values)
        self.package.rows["organization"].append(stand_in)
        self.set_up.add(key)

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
        if kind == "service_at_location" and self._adopted(row):
            return
        own = self.register.ids[kind, key]
        self.linked[str(own)] = row.values
        stored = self.register.match(kind, key)
        header = self.package.headers.get(row.file, set())
        if stored is None:
            created = self.comparison.created(row, own)
            self.plan.created.setdefault(model_of(kind), []).append(created)
            self._count(row, "created")
        elif self.comparison.updated(stored, row, header):
            self.plan.updated.append(stored)
            self._count(row, "updated")
        else:
            self._count(row, "unchanged")

    def _count(self, row: SourceRow, figure: str) -> None:
        if row.kind != "organization" or row.values["id"] not in self.set_up:
            self.report.count(row.kind, figure)
        elif figure == "created":
            self.report.count(row.kind, "set up")

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
                note(LEFT_OUT, DANGLING, column=column)
        if row.kind in LOOSE_LINKS:
            self._link_loosely(row)
        if any(f"{link}_id" not in values for link in REQUIRED_LINKS.get(row.kind, ())):
            return NO_ENDS
        return NO_OWNER if row.kind in BELONGING and not self._has_owner(row) else ""

    def _link_loosely(self, row: SourceRow) -> None:
        column, entity = LOOSE_LINKS[row.kind]
        key = row.values.get(column, "")
        found = self.register.resolve_any(key, row.values.get(entity, "")) if key else None
        if found:
            row.values[column] = str(found)
        elif key:
            self._note(row)(DOUBTFUL, LOOSE, column=column)

    def _adopted(self, row: SourceRow) -> bool:
        """A service stands at a location once: whoever said so first keeps the row."""
        pair = (row.values["service_id"], row.values["location_id"])
        own = self.register.ids[row.kind, row.values["id"]]
        first = self.register.pairs.setdefault(pair, own)
        if first == own:
            return False
        self.register.ids[row.kind, row.values["id"]] = first
        self.read |= {at for at, stored in self.register.stored.items() if stored.id == first}
        if str(first) in self.linked:
            self._drop(row, SAME_PAIR)
        else:
            self._count(row, "unchanged")
        return True

    def _has_owner(self, row: SourceRow) -> bool:
        """A row that names only a phone or a service at a location belongs where that does."""
        links = {f"{link}_id" for link in MAPPED[row.kind].links}
        for column in ("service_at_location_id", "phone_id"):
            above = self.linked.get(row.values.get(column, ""), {})
            if not links & row.values.keys():
                row.values |= {name: above[name] for name in links if name in above}
        return bool(links & row.values.keys())

    def _look_for_gone(self) -> None:
        """Rows of earlier imports: those without an id go with their list, others are named."""
        prefixes = tuple(map(prefix, self.package.headers))
        gone: dict[str, list[str]] = {}
        for (kind, key), stored in self.register.stored.items():
            if (kind, key) in self.read:
                continue
            if kind in LISTED and prefixes and key.startswith(prefixes):
                self._remove(kind, stored)
            elif kind in self.kinds and not key.startswith("#"):
                gone.setdefault(kind, []).append(key)
        for kind, ids in gone.items():
            self.report.note(
                DOUBTFUL, TABLES[kind].file, "", GONE, count=len(ids), ids=", ".join(ids)
            )

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
