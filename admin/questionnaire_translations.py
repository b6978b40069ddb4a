"""The translation table: question by question beside its source, and as a file for translators."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, ClassVar

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.translation_table import rows_of, stand_of
from casework.formats.translations import write_po, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PO = "text/x-gettext-translation; charset=utf-8"


class QuestionnaireTranslations:
    """The part of the forms' screen that translates."""

    permissions: ClassVar[dict[str, str]] = {
        "translations": "edit", "translations_export": "edit", "translations_import": "edit",
        "translation_languages": "edit",
    }  # fmt: skip

    row_or_404: Callable[..., Any]
    render: Callable[..., str]
    get_url: Callable[..., str]

    @expose("/translations/export/")
    def translations_export(self) -> ResponseReturnValue:
        """The table as a workbook or as PO."""
        stand = stand_of(self.row_or_404())
        tag = request.args.get("language", "")
        if tag not in stand.to_translate():
            abort(404)
        rows = rows_of(stand, tag)
        is_po = request.args.get("format") == "po"
        data = write_po(rows, tag) if is_po else write_xlsx(rows, tag)
        return send_file(
            io.BytesIO(data), mimetype=PO if is_po else XLSX, as_attachment=True,
            download_name=f"{stand.questionnaire.slug}-{tag}.{'po' if is_po else 'xlsx'}",
        )  # fmt: skip
