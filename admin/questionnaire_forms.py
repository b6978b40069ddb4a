"""What is filled in to begin a questionnaire or to take one in, and reading the files sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from wtforms import MultipleFileField, RadioField, SelectField, StringField, validators

from admin.base import DeskForm
from admin.base.fields import options_of
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from casework.core.access import Actor
from casework.core.i18n import pick
from casework.formats.templates import templates
from casework.formats.xlsform import Reading, WorkbookRefused, read_xlsform
from casework.questionnaires.definitions import Definition
from casework.questionnaires.media import attach_file
from casework.questionnaires.models import MAX_SLUG, PURPOSES, is_slug

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SOURCES = {
    "nothing": _l("With an empty form"),
    "template": _l("With a template"),
    "file": _l("With an XLSForm file (.xlsx or .xls)"),
}
FILES = {
    "label": _l("File"),
    "description": _l("The XLSForm, and with it any lists (.csv), pictures or sounds it names."),
}


@dataclass(frozen=True)
class Taken:
    """A file as it was read, and the files that came with it, by name."""

    name: str
    reading: Reading
    beside: dict[str, bytes]

    def attach(self, *, by: Actor, at: datetime) -> Definition:
        """The definition with the files that came with it. Raises refusals of single files."""
        definition = self.reading.definition
        if definition is None:
            raise WorkbookRefused()
        for name, data in self.beside.items():
            definition = attach_file(definition, name, data, by=by, at=at)
        return definition


def read_upload(files: list[FileStorage]) -> Taken:
    """Read the one workbook among `files`. Raises `WorkbookRefused` and its like."""
    form = next(each for each in files if is_workbook(each))
    name = Path(form.filename or "form").stem
    beside = {
        Path(each.filename or "").name: each.stream.read() for each in files if each is not form
    }
    return Taken(name, read_xlsform(form.stream.read(), name=name), beside)


def is_workbook(upload: FileStorage) -> bool:
    """Whether the file is an .xlsx or .xls by its first bytes, whatever it is called."""
    head = upload.stream.read(4)
    upload.stream.seek(0)
    return head in WORKBOOKS


class WithFiles(DeskForm):
    """A form whose one file field gets the files that were sent."""

    files = MultipleFileField(**FILES)

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Files reach the one field that takes them."""
        super().process(formdata, *args, **kwargs)
        sent = request.files.getlist("files") if formdata is not None else []
        self.files.data = [each for each in sent if each.filename]


def check_files(field: Any) -> None:
    """Exactly one workbook. Raises `ValidationError`."""
    workbooks = sum(map(is_workbook, field.data))
    if workbooks != 1:
        raise validators.ValidationError(
            _("Please choose one XLSForm file, .xlsx or .xls.") if not workbooks
            else _("Please choose only one XLSForm file at a time.")
        )  # fmt: skip


class ImportForm(WithFiles):
    """A new version from a file."""

    def validate_files(self, field: Any) -> None:
        """Exactly one workbook."""
        check_files(field)


class NewForm(WithFiles):
    """A new questionnaire: what it is called, what it is for, and what to begin with."""

    form_title = StringField(
        _l("Title"), [validators.Length(max=200)], render_kw={"maxlength": 200},
        description=_l("In German; other languages follow in the translation table."),
    )  # fmt: skip
    slug = StringField(
        _l("Address"), [validators.InputRequired(), validators.Length(max=MAX_SLUG)],
        render_kw={"maxlength": MAX_SLUG},
        description=_l("Small letters, digits and hyphens, such as “school-start”. It stays."),
    )  # fmt: skip
    purpose = SelectField(_l("What it is for"))
    source = RadioField(_l("Begin"), choices=options_of(SOURCES.items()), default="nothing")
    template = SelectField(_l("Template"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose.choices = options_of((key, _(words)) for key, words in PURPOSES.items())
        self.template.choices = options_of(
            (name, pick(title, reading_language())[0] or name)
            for name, title in templates().items()
        )

    def validate_slug(self, field: Any) -> None:
        """Something that can stand in an address."""
        if not is_slug(field.data.strip()):
            raise validators.ValidationError(
                _("Please use small letters, digits and hyphens only, at most 80.")
            )

    def validate_form_title(self, field: Any) -> None:
        """An empty form needs a name to be known by."""
        if self.source.data == "nothing" and not (field.data or "").strip():
            raise validators.ValidationError(_("Please give the form a title."))

    def validate_files(self, field: Any) -> None:
        """Exactly one workbook where the form is to begin with one."""
        if self.source.data == "file":
            check_files(field)
