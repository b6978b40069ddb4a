"""Who changed what: the source since the last import, or somebody by hand.

Each stored row remembers a digest of every field as the source gave it. A field that the
source has not changed keeps what stands in it, whoever entered that; a field that it has
changed takes the source's value.
"""

from __future__ import annotations

import uuid
from typing import Any

from casework.core.i18n import N_
from casework.formats.hsds.cleaning import exported, inactive_organizations
from casework.formats.hsds.mapping import (
    OWNERS,
    SEEN,
    Fields,
    digest,
    foreign_columns,
    marks,
    model_of,
    stored_fields,
    to_fields,
)
from casework.formats.hsds.report import UPDATED, Report
from casework.formats.hsds.sources import SourceRow
from casework.providers import DirectoryModel

CHANGED = N_("Changed in the source: %(columns)s.")
CHANGED_OVER = N_(
    "Changed in the source: %(columns)s. What had been entered by hand was replaced: %(replaced)s."
)


class Comparison:
    """Makes rows of ours from rows of a source, and brings stored ones up to date."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._inactive = inactive_organizations()

    def created(self, row: SourceRow, own: uuid.UUID) -> DirectoryModel:
        """A new row with the id `own`, not yet inserted."""
        fields = to_fields(row.kind, row.values)
        found = marks(fields)
        extra = fields.pop("extra", {})
        return model_of(row.kind)(
            id=own, source=self.report.source, source_id=row.values["id"],
            source_digest=digest(found), extra={**extra, SEEN: found}, **fields,
        )  # fmt: skip

    def updated(self, stored: DirectoryModel, row: SourceRow, header: set[str]) -> bool:
        """Set on `stored` what the source changed; whether there is anything to save.

        `header` holds the columns of the row's file: what is no column there is not erased.
        A row of another source is only matched by its id, as in an export of ours: it is
        compared with what an export would say, and the stored row keeps its source.
        """
        own = stored.source == self.report.source and stored.source_id == row.values["id"]
        if own:
            fields, base = to_fields(row.kind, row.values), self.seen(stored)
        else:
            said = exported(stored, self._inactive)
            kept = {name: text for name, text in said.items() if name not in header}
            fields = to_fields(row.kind, kept | row.values)
            base = marks(to_fields(row.kind, said))
        found = marks(fields)
        if own and stored.source_digest == digest(found):
            return False
        changed = [
            name
            for name in sorted(base.keys() | found.keys())
            if base.get(name) != found.get(name)
            and (name in found or not own or _may_erase(name, header))
        ]
        if not changed:
            return False
        present_marks = marks(stored_fields(stored))
        replaced = [
            name
            for name in changed
            if present_marks.get(name) not in (base.get(name), found.get(name))
        ]
        self._set(stored, fields, changed, found if own else None)
        self._note(row, changed, replaced)
        return True

    def seen(self, stored: DirectoryModel) -> dict[str, str]:
        """Digests of the fields as the source last gave them."""
        return stored.extra.get(SEEN, {})

    def is_untouched(self, stored: DirectoryModel) -> bool:
        """Whether the row is still as the source gave it."""
        return marks(stored_fields(stored)) == self.seen(stored)

    def _set(
        self, stored: DirectoryModel, fields: Fields, changed: list[str],
        found: dict[str, str] | None,
    ) -> None:  # fmt: skip
        extra = fields.get("extra", {}) if "extra" in changed else foreign_columns(stored)
        for name in changed:
            if name != "extra":
                setattr(stored, name, fields.get(name, _default(stored, name)))
        if found is not None:
            stored.source_digest = digest(found)
        kept = self.seen(stored) if found is None else found
        stored.extra = {**extra, **({SEEN: kept} if kept else {})}

    def _note(self, row: SourceRow, changed: list[str], replaced: list[str]) -> None:
        msgid = CHANGED_OVER if replaced else CHANGED
        params = {"replaced": ", ".join(replaced)} if replaced else {}
        self.report.note(UPDATED, row.file, row.place, msgid, columns=", ".join(changed), **params)


def _default(stored: DirectoryModel, name: str) -> Any:
    return stored._meta.fields[name].default


def _may_erase(name: str, header: set[str]) -> bool:
    """Whether a value that the source no longer gives was taken back there.

    In a table it was if the column is there; JSON leaves out what is empty.
    """
    column = f"{name}_id" if name in (*OWNERS, "contact") else name
    return column in header or not header or name in ("active", "extra", "data")
