"""Lists that stay flat: capped counts, bounded pages, related rows in one statement each.

What somebody searched for is often a name, so addresses carry it sealed (`words`): browser
histories and logs show nothing. A plain `search` is understood as well.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import request
from peewee import Field, ModelSelect

from admin.base.filters import DeskFilter
from admin.base.paging import rows_at
from casework.core.crypto import SealError, keyring

COUNT_CAP = 1_000
LAST_PAGE = 20_000
LONGEST_SEARCH = 100
PLACE = "search"


@dataclass
class Asked:
    """What the address asks of a list; whatever is not understood is left out."""

    page: int = 0
    sort: str = ""
    descending: bool = False
    search: str = ""
    filters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_request(
        cls, filters: dict[str, DeskFilter], sortable: Any, given: Any = None
    ) -> Asked:
        """Read the address of the present request, or the form that is `given`."""
        args = request.args if given is None else given
        sort = args.get("sort", "")
        typed = {key: args.get(f"flt_{key}", "").strip() for key in filters}
        return cls(
            page=_whole(args.get("page", ""), LAST_PAGE),
            sort=sort if sort in sortable else "",
            descending=args.get("desc") == "1",
            search=words_of(args.get("words", "")) or tidy(args.get("search", "")),
            filters={key: v for key, v in typed.items() if v and filters[key].validate(v)},
        )

    def query_string(self, **changed: Any) -> str:
        """The address's query with some parts changed."""
        parts = {
            "page": self.page or None, "sort": self.sort or None,
            "desc": 1 if self.descending else None, "words": sealed(self.search),
        }  # fmt: skip
        parts |= {f"flt_{key}": value for key, value in self.filters.items()}
        parts |= changed
        return urlencode({k: v for k, v in parts.items() if v not in (None, "")})


@dataclass
class Page:
    """One page of a list. `count` is exact up to 1,000; `more` says that it is not."""

    rows: list[Any]
    count: int
    more: bool
    has_next: bool


def fetch(query: ModelSelect, *, page: int, size: int, related: tuple[Any, ...] = ()) -> Page:
    """The rows of `page`: a statement for the count, the keys, the rows and each related table."""
    count = query.clone().order_by().limit(COUNT_CAP + 1).count()
    rows = rows_at(query, page * size, size + 1, related)
    return Page(rows[:size], min(count, COUNT_CAP), count > COUNT_CAP, len(rows) > size)


def ordered(
    query: ModelSelect, column: Field | None, descending: bool, default: list[Any]
) -> ModelSelect:
    """`query` in the order asked for; the key makes it the same each time.

    The key goes the way of the column, so that an index on both is walked and nothing sorted.
    """
    model: Any = query.model
    key = model.id
    if column is not None:
        default = [column.desc() if descending else column.asc()]
    rises = bool(default) and default[-1].direction == "ASC"
    return query.order_by(*default, key.asc() if rises else key.desc())


def searched(query: ModelSelect, words: str, columns: list[Field]) -> ModelSelect:
    """Rows in which each word stands in one of `columns`."""
    for word in words.split()[:8]:
        hit = columns[0].contains(word)
        for column in columns[1:]:
            hit |= column.contains(word)
        query = query.where(hit)
    return query


def tidy(words: str) -> str:
    """What was typed into a search box, bounded and without control characters."""
    return "".join(c for c in words if c.isprintable()).strip()[:LONGEST_SEARCH]


def sealed(words: str) -> str | None:
    """`words` in a form that only this instance can read, for addresses."""
    if not words:
        return None
    return base64.urlsafe_b64encode(keyring().seal(words.encode(), PLACE)).decode()


def words_of(token: str) -> str:
    """What `sealed` hid, or nothing when somebody made the token up."""
    try:
        return tidy(keyring().open(base64.urlsafe_b64decode(token), PLACE).decode())
    except (SealError, ValueError):
        return ""


def _whole(text: str, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 9 else 0
