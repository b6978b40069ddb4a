"""Taking a directory in: a file that somebody chose, and the report of what became of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename
from wtforms import MultipleFileField, StringField, validators

from admin.auth import current_actor, now
from admin.base import DeskForm, DeskPage
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.formats.hsds import Report, import_directory

MOST_FILES = 30
MOST_REMARKS = 500
ZIP, JSON, TABLE = ".zip", ".json", ".csv"
FIGURES = {
    "read": N_("read"),
    "created": N_("new"),
    "updated": N_("changed"),
    "unchanged": N_("unchanged"),
    "dropped": N_("not taken"),
    "removed": N_("removed"),
}


class ImportForm(DeskForm):
    """The file, or the tables of one directory."""

    files = MultipleFileField(
        _l("File"),
        description=_l("A .zip of the tables, the tables themselves as .csv, or an HSDS file in "
                       "JSON; at most 12 MB."),
    )  # fmt: skip
    source = StringField(
        _l("Where it comes from"), [validators.Length(max=64)], render_kw={"maxlength": 64},
        description=_l("A short name. The same name again updates what came from there before; "
                       "left empty, it is the name of the file."),
    )  # fmt: skip

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Files reach the one field that takes them."""
        super().process(formdata, *args, **kwargs)
        sent = request.files.getlist("files") if formdata is not None else []
        self.files.data = [each for each in sent if each.filename]

    def validate_files(self, field: Any) -> None:
        """One archive or document, or several tables; told by what is in them."""
        if not field.data:
            raise validators.ValidationError(_("Please choose a file."))
        kinds = {kind_of(each) for each in field.data}
        if None in kinds:
            raise validators.ValidationError(
                _("This is no directory. Expected is a .zip, .csv tables, or a file in JSON.")
            )
        if (len(field.data) > 1 and kinds != {TABLE}) or len(field.data) > MOST_FILES:
            raise validators.ValidationError(
                _("Please choose one .zip, one JSON file, or only .csv tables.")
            )


class DirectoryImport(DeskPage):
    """The directory of somebody else becomes entries of ours."""

    title = _l("Import a directory")
    path = "directory_import"
    resource = "organization"
    permissions = {"index_view": "edit"}

    def is_accessible(self) -> bool:
        """Only for who may change the directory."""
        return super().is_accessible() and self.may("edit")

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """The form; a POST answers with the report. The same file twice changes nothing more."""
        form = ImportForm(request.form if request.method == "POST" else None)
        report = None
        if request.method == "POST" and form.validate():
            try:
                report = take_in(form.files.data, form.source.data or "")
            except Refusal as refusal:
                form.files.errors = [refusal.text(reading_language())]
        page = self.render(
            "desk/directory_import.html", form=form, report=report, figures=FIGURES,
            remarks=remarks_of(report), most=MOST_REMARKS,
        )  # fmt: skip
        return page, 422 if form.errors else 200


def kind_of(upload: FileStorage) -> str | None:
    """What a file is by its first bytes: archive, document or table; None for anything else."""
    head = upload.stream.read(4096)
    upload.stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if not head.strip() or b"\0" in head:
        return None
    return JSON if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else TABLE


def take_in(uploads: list[FileStorage], source: str) -> Report:
    """Import what was sent, all or nothing. Raises `DirectoryRefused` or `TableRefused`."""
    kind = kind_of(uploads[0])
    stem = Path(secure_filename(uploads[0].filename or "")).stem or "directory"
    with TemporaryDirectory() as folder:
        place = Path(folder) / stem
        place.mkdir()
        for upload in uploads:
            name = Path(secure_filename(upload.filename or "")).stem or "directory"
            upload.save(place / f"{name}{kind}")
        path = place if kind == TABLE else place / f"{stem}{kind}"
        return import_directory(path, by=current_actor(), at=now(), source=source or stem)


def remarks_of(report: Report | None) -> list[str]:
    """What was dropped, mended or is doubtful, by file and line."""
    return report.lines(reading_language())[len(report.tables) :] if report else []
