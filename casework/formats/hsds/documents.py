"""HSDS in JSON: one object, a list, a page of the API, or tables by name, taken apart into rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from casework.formats.hsds.specification import FILES, LOOSE_LINKS, NESTED, TABLES

Flat = tuple[str, str, int | str, dict[str, str]]

_HELD = {
    "organization": "services locations contacts phones programs organization_identifiers funding "
    "additional_websites",
    "service": "organization service_at_locations schedules phones contacts languages program "
    "cost_options required_documents service_areas capacities funding additional_urls",
    "service_at_location": "service location service_areas contacts phones schedules",
    "location": "addresses languages accessibility phones schedules contacts",
    "taxonomy_term": "taxonomy_detail",
}


def flatten(document: Any, file: str) -> Iterator[Flat]:
    """The rows in `document` as table, file, JSON path and values.

    An object that stands in several places, by table and id, is one row with what all of
    them say. Raises ValueError where the document holds nothing of a directory.
    """
    rows: dict[tuple[str, str], Flat] = {}
    for kind, path, item in _roots(document):
        _take(rows, file, kind or _kind_of(item), path, item, {})
    return iter(rows.values())


def _roots(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if isinstance(document, dict):
        tables = {name: value for name, value in document.items() if _is_table(name, value)}
        if isinstance(document.get("contents"), list):
            yield from _items("", "contents", document["contents"])
        elif tables and "id" not in document:
            for name, value in tables.items():
                yield from _items(FILES[_stem(name)][0], name, value)
        else:
            yield "", "$", document
    elif isinstance(document, list):
        yield from _items("", "$", document)
    else:
        raise ValueError("neither an object nor a list")


def _is_table(name: str, value: Any) -> bool:
    return _stem(name) in FILES and isinstance(value, list)


def _stem(name: str) -> str:
    path = PurePosixPath(name)
    return path.stem if path.suffix == ".csv" else name


def _items(kind: str, name: str, values: list[Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for place, value in enumerate(values):
        if isinstance(value, dict):
            yield kind, f"{name}[{place}]", value


def _kind_of(item: dict[str, Any]) -> str:
    """The table whose columns, and whose nested objects, the object's keys fit best."""

    def fit(kind: str) -> int:
        known = TABLES[kind].columns.keys() | _HELD.get(kind, "").split()
        return len(item.keys() & known)

    best = max(TABLES, key=fit)
    if fit(best) < 2:
        raise ValueError("an object that is nothing of a directory")
    return best


def _take(
    rows: dict[tuple[str, str], Flat], file: str, kind: str, path: str,
    item: dict[str, Any], links: dict[str, str],
) -> str:  # fmt: skip
    """Add `item` and what it holds to `rows`; returns its id."""
    values = {name: _text(value) for name, value in item.items() if not _is_held(name, value)}
    key = values.get("id", "").strip() or _content_key(kind, values | links)
    known = rows.setdefault((kind, key), (kind, file, path, {}))[3]
    for name, value in (values | links | {"id": key}).items():
        if value.strip():
            known.setdefault(name, value)
    for name, value in item.items():
        if not _is_held(name, value):
            continue
        children = value if isinstance(value, list) else [value]
        for place, child in enumerate(children):
            where = f"{path}.{name}[{place}]" if isinstance(value, list) else f"{path}.{name}"
            held = NESTED[name]
            below = _links(kind, key, held) if isinstance(value, list) else {}
            found = _take(rows, file, held, where, child, below)
            if isinstance(value, dict):
                known.setdefault(f"{held}_id", found)
    return key


def _is_held(name: str, value: Any) -> bool:
    if name not in NESTED:
        return False
    return isinstance(value, dict) or (
        isinstance(value, list) and all(isinstance(child, dict) for child in value)
    )


def _links(kind: str, key: str, held: str) -> dict[str, str]:
    """How a row of `held` names the object of `kind` that it stands in."""
    if held in LOOSE_LINKS:
        link, entity = LOOSE_LINKS[held]
        return {link: key, entity: kind}
    column = f"{kind}_id"
    return {column: key} if column in TABLES[held].columns else {}


def _content_key(kind: str, values: dict[str, str]) -> str:
    content = json.dumps([kind, sorted(values.items())], ensure_ascii=False).encode()
    return f"#json:{hashlib.blake2b(content, digest_size=12).hexdigest()}"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    return str(value)
