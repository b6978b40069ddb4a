"""What was answered to a questionnaire: figures for who plans, files for who works with them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from babel.numbers import format_decimal, format_percent
from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import BooleanField, RadioField, SelectField

from admin.auth import current_actor, now
from admin.base import DeskForm, DeskPage
from admin.base.fields import options_of
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from casework.core.i18n import LANGUAGES
from casework.formats.answers import Options, export_answers, forms_of, languages_of
from casework.insight.answers import Figures, analysis, answered_questionnaires
from casework.insight.given_up import Stop, stops
from casework.questionnaires.models import Questionnaire

XLSX, CSV, JSON = "xlsx", "csv", "json"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "json": "application/json",
}
FORMATS = [
    (XLSX, _l("Workbook (XLSX)")),
    (CSV, _l("Text table (CSV); several lists come as a .zip")),
    (JSON, _l("For programs (JSON)")),
]


class DownloadForm(DeskForm):
    """How the answers are written down."""

    kind = RadioField(_l("Format"), choices=options_of(FORMATS), default=XLSX)
    wording = SelectField(
        _l("Questions and choices"),
        description=_l("Names are the same in every language, labels are what people read."),
    )
    split = BooleanField(
        _l("A column for each choice"), default=True,
        description=_l("Where several choices were possible: 1 for chosen, 0 for not chosen."),
    )  # fmt: skip

    def offer(self, tags: list[str]) -> None:
        """Names, or labels in one of these languages."""
        labels = ((tag, _("Labels: %(language)s", language=_language_name(tag))) for tag in tags)
        self.wording.choices = options_of([("", _("Names, as in the form")), *labels])


class Answers(DeskPage):
    """Which questionnaires were answered, the answers of one, and the figures about them."""

    title = _l("Answers")
    path = "answers"
    resource = "statistics"
    permissions = {"index_view": "read", "download": "submission:export"}

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """All questionnaires with the number of their submissions."""
        rows = answered_questionnaires(by=current_actor())
        return self.render("desk/answers.html", rows=rows, language=reading_language())

    @expose("/<slug>/")
    def of_one(self, slug: str) -> ResponseReturnValue:
        """How the answers of one questionnaire can be taken along."""
        return self._page(_found(slug), self._form(_found(slug), posted=False), 200)

    @expose("/<slug>/download", methods=("POST",))
    def download(self, slug: str) -> ResponseReturnValue:
        """The answers as a file, which is recorded."""
        questionnaire = _found(slug)
        form = self._form(questionnaire, posted=True)
        if not form.validate():
            return self._page(questionnaire, form, 422)
        tag, kind = form.wording.data, form.kind.data
        options = Options(labels=bool(tag), language=tag, split=form.split.data)
        has_lists = any(each.repeats for each in forms_of(questionnaire))
        suffix = "zip" if kind == CSV and has_lists else kind
        file, size = _written(questionnaire, suffix, options)
        answer = send_file(
            file, mimetype=TYPES[suffix], as_attachment=True, download_name=f"{slug}.{suffix}"
        )
        answer.content_length = size
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<slug>/figures")
    def figures(self, slug: str) -> ResponseReturnValue:
        """Counts and shares for each question, and where people stop."""
        questionnaire, actor, tag = _found(slug), current_actor(), reading_language()
        return self.render(
            "desk/answers_figures.html",
            questionnaire=questionnaire,
            found=analysis(questionnaire, tag, by=actor),
            stopped=stops(questionnaire, tag, by=actor, at=now()),
            language=tag,
            percent=percent,
            measures=measures,
            stop_share=stop_share,
        )

    def _form(self, questionnaire: Questionnaire, *, posted: bool) -> DownloadForm:
        form = DownloadForm(request.form if posted else None)
        form.offer(languages_of(questionnaire))
        return form

    def _page(
        self, questionnaire: Questionnaire, form: DownloadForm, status: int
    ) -> ResponseReturnValue:
        page = self.render(
            "desk/answers_of.html", questionnaire=questionnaire, form=form,
            language=reading_language(), may_take=current_actor().may("submission:export"),
        )  # fmt: skip
        return page, status


def percent(share: float) -> str:
    """A share as it is written in the reader's language."""
    return format_percent(share, locale=reading_language())


def measures(figures: Figures) -> list[tuple[str, str]]:
    """The measures of a question that are shown, with their names."""
    named = (
        (_("Median"), figures.median),
        (_("Mean"), figures.mean),
        (_("Five answers up to"), figures.lowest),
        (_("Five answers from"), figures.highest),
    )
    return [(name, _decimal(value)) for name, value in named if value is not None]


def stop_share(stop: Stop, total: int | None) -> float | None:
    """The share of those who stopped that stopped here."""
    return stop.count / total if total and stop.count is not None else None


def _decimal(value: float) -> str:
    return format_decimal(value, format="#,##0.##", locale=reading_language())


def _found(slug: str) -> Questionnaire:
    return Questionnaire.get_or_none(Questionnaire.slug == slug[:60]) or abort(404)


def _language_name(tag: str) -> str:
    return LANGUAGES[tag].autonym if tag in LANGUAGES else tag


def _written(questionnaire: Questionnaire, suffix: str, options: Options) -> tuple[IO[Any], int]:
    """The file, open and already without a name, and its size: nothing stays on the disk."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{questionnaire.slug}.{suffix}"
        export_answers(questionnaire, path, options, by=current_actor(), at=now())
        return path.open("rb"), path.stat().st_size
