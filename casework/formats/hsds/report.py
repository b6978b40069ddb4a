"""What an import or an export did: figures for each table, and each thing worth a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from casework.core.db import clean
from casework.core.i18n import N_, gettext_in

DROPPED = N_("dropped")
MENDED = N_("mended")
DOUBTFUL = N_("please check")
UPDATED = N_("updated")
REMOVED = N_("removed")
LEFT_OUT = N_("left out")
_IN_ORDER = (DROPPED, LEFT_OUT, REMOVED, UPDATED, DOUBTFUL, MENDED)

FIGURES = {
    "read": N_("%(n)s read"),
    "created": N_("%(n)s created"),
    "set up": N_("%(n)s set up"),
    "updated": N_("%(n)s updated"),
    "unchanged": N_("%(n)s unchanged"),
    "dropped": N_("%(n)s dropped"),
    "removed": N_("%(n)s removed"),
    "written": N_("%(n)s written"),
    "left out": N_("%(n)s left out"),
}
_AT_LINE = N_("%(file)s, line %(places)s: %(fate)s. %(sentence)s")
_AT_LINES = N_("%(file)s, lines %(places)s (%(count)s): %(fate)s. %(sentence)s")
_AT_PLACE = N_("%(file)s, %(places)s: %(fate)s. %(sentence)s")
_IN_FILE = N_("%(file)s: %(fate)s. %(sentence)s")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was dropped, mended or is doubtful.

    `place` is a line of the file, from 1; in JSON the path to the object; empty for the
    file as a whole. `msgid` with `params` says what was found and what to do.
    """

    fate: str
    file: str
    place: int | str
    msgid: str
    params: tuple[tuple[str, str], ...] = ()

    def sentence(self, tag: str = "en") -> str:
        """What was found and what to do, in the language `tag`."""
        text = gettext_in(tag, self.msgid)
        return text % dict(self.params) if self.params else text


@dataclass
class Report:
    """Figures by table (HSDS name), and the remarks in the order of the files."""

    source: str = ""
    tables: dict[str, Counter[str]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def count(self, table: str, figure: str, number: int = 1) -> None:
        """Add to one figure of one table."""
        self.tables.setdefault(table, Counter())[figure] += number

    def note(self, fate: str, file: str, place: int | str, msgid: str, **params: object) -> None:
        """Add a remark."""
        texts = tuple((name, _short(str(value))) for name, value in params.items())
        where = place if isinstance(place, int) else clean(place)
        self.remarks.append(Remark(fate, clean(file), where, msgid, texts))

    def total(self, figure: str) -> int:
        """One figure over all tables."""
        return sum(counts[figure] for counts in self.tables.values())

    @property
    def changed(self) -> bool:
        """Whether the import wrote anything."""
        return any(self.total(figure) for figure in ("created", "set up", "updated", "removed"))

    def lines(self, tag: str = "en") -> list[str]:
        """The report as text: a line for each table, then one for each kind of remark and file.

        What was lost comes first, what was merely mended last.
        """
        summary = [
            f"{table}: " + ", ".join(_figures(counts, tag)) for table, counts in self.tables.items()
        ]
        grouped: dict[tuple[str, ...], list[Remark]] = {}
        for remark in sorted(self.remarks, key=lambda each: _IN_ORDER.index(each.fate)):
            by_line = str(isinstance(remark.place, int))
            key = (remark.fate, remark.file, remark.sentence(tag), by_line)
            grouped.setdefault(key, []).append(remark)
        return summary + [_line(group, tag) for group in grouped.values()]


def _figures(counts: Counter[str], tag: str) -> list[str]:
    return [
        gettext_in(tag, msgid) % {"n": f"{counts[figure]:,}"}
        for figure, msgid in FIGURES.items()
        if figure in counts and (counts[figure] or figure in ("read", "written"))
    ]


def _line(group: list[Remark], tag: str) -> str:
    first = group[0]
    lines = sorted({remark.place for remark in group if isinstance(remark.place, int)})
    paths = list(dict.fromkeys(str(remark.place) for remark in group if remark.place))
    template = _AT_LINES if len(lines) > 1 else _AT_LINE if lines else _AT_PLACE
    return gettext_in(tag, template if paths else _IN_FILE) % {
        "file": first.file,
        "places": _ranges(lines) if lines else ", ".join(paths),
        "count": f"{len(lines):,}",
        "fate": gettext_in(tag, first.fate),
        "sentence": first.sentence(tag),
    }


def _ranges(numbers: Iterable[int]) -> str:
    """`2–8, 10` for 2 to 8 and 10."""
    parts = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        parts.append(str(found[0]) if len(found) == 1 else f"{found[0]}–{found[-1]}")
    return ", ".join(parts)


def _short(text: str) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= 120 else f"{text[:119]}…"
