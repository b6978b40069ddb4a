"""The question types of XLSForm, and what the portal does with each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QuestionType:
    """`answer` is the shape of an answer: `text`, `list`, or `none`.

    `shown` types stand on a page; `fillable` ones take an answer there. `metadata` is
    filled by the device in other software and stays empty here. Choices stand in the form
    (`needs_list`) or in a file that belongs to it (`from_file`); `is_file` types take a file.
    """

    name: str
    answer: str = "text"
    shown: bool = True
    fillable: bool = True
    metadata: bool = False
    needs_list: bool = False
    from_file: bool = False
    is_number: bool = False
    is_file: bool = False

    @property
    def has_choices(self) -> bool:
        """Whether an answer is one of several given ones."""
        return self.needs_list or self.from_file


def _types(*found: QuestionType) -> dict[str, QuestionType]:
    return {each.name: each for each in found}


def _metadata(*names: str) -> list[QuestionType]:
    return [QuestionType(name, shown=False, fillable=False, metadata=True) for name in names]


def _files(*names: str) -> list[QuestionType]:
    return [QuestionType(name, is_file=True) for name in names]


QUESTION_TYPES: dict[str, QuestionType] = _types(
    QuestionType("text"),
    QuestionType("integer", is_number=True),
    QuestionType("decimal", is_number=True),
    QuestionType("range", is_number=True),
    QuestionType("select_one", needs_list=True),
    QuestionType("select_multiple", answer="list", needs_list=True),
    QuestionType("rank", answer="list", needs_list=True),
    QuestionType("date"),
    QuestionType("time"),
    QuestionType("datetime"),
    QuestionType("email"),
    QuestionType("tel"),
    QuestionType("acknowledge"),
    QuestionType("geopoint"),
    QuestionType("geotrace"),
    QuestionType("geoshape"),
    QuestionType("barcode"),
    QuestionType("note", answer="none", fillable=False),
    QuestionType("calculate", shown=False, fillable=False),
    QuestionType("hidden", shown=False, fillable=False),
    QuestionType("start", shown=False, fillable=False),
    QuestionType("end", shown=False, fillable=False),
    QuestionType("today", shown=False, fillable=False),
    *_metadata(
        "deviceid",
        "subscriberid",
        "simserial",
        "phonenumber",
        "username",
        "device_email",
        "audit",
        "start-geopoint",
        "background-geopoint",
        "background-audio",
        "xml-external",
        "csv-external",
    ),
    *_files("image", "audio", "video", "file"),
    QuestionType("select_one_from_file", from_file=True),
    QuestionType("select_multiple_from_file", answer="list", from_file=True),
    QuestionType("select_one_external", from_file=True),
    QuestionType("osm", fillable=False),
)

# Accepted, kept and exported; the portal does not ask for them.
NOT_YET_FILLED_IN = tuple(
    name
    for name, kind in QUESTION_TYPES.items()
    if kind.shown and not kind.fillable and kind.answer != "none"
)

FROM_FILE = ("select_one_from_file", "select_multiple_from_file", "select_one_external")

# Other names for the same type, in lower case.
TYPE_ALIASES = {
    "string": "text",
    "int": "integer",
    "select1": "select_one",
    "select one": "select_one",
    "select one from": "select_one",
    "select multiple": "select_multiple",
    "select multiple from": "select_multiple",
    "select all that apply": "select_multiple",
    "select all that apply from": "select_multiple",
    "select one from file": "select_one_from_file",
    "select multiple from file": "select_multiple_from_file",
    "select one external": "select_one_external",
    "date time": "datetime",
    "phone": "tel",
    "phone number": "tel",
    "trigger": "acknowledge",
    "photo": "image",
    "gps": "geopoint",
    "location": "geopoint",
    "imei": "deviceid",
    "device id": "deviceid",
    "subscriber id": "subscriberid",
    "sim id": "simserial",
    "start time": "start",
    "end time": "end",
}
