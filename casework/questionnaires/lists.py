"""Lists that a questionnaire brings as files: CSV, XML and GeoJSON, as XLSForm allows.

Each becomes rows of texts by column. Lengths and numbers are limited; what cannot be read
is refused with the place.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from casework.core.db import clean
from casework.core.i18n import N_
from casework.core.refusals import Refusal

MAX_ENTRIES = 20_000
MAX_COLUMNS = 60
MAX_CELL = 1000
ENDINGS = (".csv", ".xml", ".geojson")
Row = dict[str, str]


class ListRefused(Refusal):
    """The file is no list that can be read."""

    msgid = N_("“%(name)s” cannot be read as a list. Please save it as CSV in UTF-8.")


NOT_TEXT = N_("“%(name)s” is not a text file. Please save it as CSV in UTF-8.")
NO_HEADER = N_("“%(name)s” has no row of headings. Please put the names of columns on top.")
TWICE = N_("“%(name)s” has the column “%(column)s” twice. Please rename one of them.")
TOO_MANY = N_("“%(name)s” has more than %(limit)s entries. Please shorten it.")
TOO_WIDE = N_("“%(name)s” has more than %(limit)s columns. Please leave some out.")
NOT_XML = N_("“%(name)s” is not sound XML. Please save it again.")
NOT_GEOJSON = N_("“%(name)s” is not a GeoJSON collection of features. Please save it again.")


def read_list(name: str, data: bytes) -> tuple[Row, ...]:
    """The rows of a file by its ending (one of `ENDINGS`). Raises `ListRefused`."""
    readers: dict[str, Callable[[str, bytes], Iterable[Row]]] = {
        ".csv": _read_csv, ".xml": _read_xml, ".geojson": _read_geojson,
    }  # fmt: skip
    reader = readers.get(ending_of(name))
    if reader is None:
        raise ListRefused(name=name)
    rows = []
    for row in reader(name, data):
        rows.append({key: _cell(text) for key, text in row.items()})
        if len(rows) > MAX_ENTRIES:
            raise ListRefused(TOO_MANY, name=name, limit=MAX_ENTRIES)
        if len(row) > MAX_COLUMNS:
            raise ListRefused(TOO_WIDE, name=name, limit=MAX_COLUMNS)
    return tuple(rows)


def ending_of(name: str) -> str:
    """The ending of a file's name in small letters, with its dot."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def _cell(text: str) -> str:
    plain = text if text.isascii() and text.isprintable() else clean(text)
    return plain[:MAX_CELL].strip()


def _text(name: str, data: bytes) -> str:
    """Text in UTF-8, or as older spreadsheets save it."""
    if b"\0" in data:
        raise ListRefused(NOT_TEXT, name=name)
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _read_csv(name: str, data: bytes) -> Iterable[Row]:
    text = _text(name, data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        if not any(header):
            raise ListRefused(NO_HEADER, name=name)
        for column in header:
            if column and header.count(column) > 1:
                raise ListRefused(TWICE, name=name, column=column)
        for cells in lines:
            row = {key: cell for key, cell in zip(header, cells, strict=False) if key}
            if any(cell.strip() for cell in row.values()):
                yield row
    except csv.Error as error:
        raise ListRefused(name=name) from error


def _read_xml(name: str, data: bytes) -> Iterable[Row]:
    """`<root><item><name>…</name>…</item></root>`, whatever the outer elements are called."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ListRefused(NOT_XML, name=name) from error
    for item in root.iter("item"):
        yield {cell.tag.rpartition("}")[2]: "".join(cell.itertext()) for cell in item}


def _read_geojson(name: str, data: bytes) -> Iterable[Row]:
    """Features with their properties; `id` and `geometry` as ODK gives them."""
    try:
        collection = json.loads(_text(name, data))
        features = collection["features"]
        rows = [_feature(each) for each in features]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ListRefused(NOT_GEOJSON, name=name) from error
    return rows


def _feature(feature: dict[str, Any]) -> Row:
    properties = feature.get("properties") or {}
    row = {str(key): _plain(value) for key, value in properties.items()}
    if "id" in feature:
        row["id"] = _plain(feature["id"])
    geometry = feature.get("geometry") or {}
    if geometry.get("type") == "Point":
        longitude, latitude = geometry["coordinates"][:2]
        row["geometry"] = f"{float(latitude)} {float(longitude)} 0 0"
    return row


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""
