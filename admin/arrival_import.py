"""Taking an arrival list in: choose it, look at everything in it, then take it over whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import BooleanField, HiddenField

from admin.auth import current_actor, now
from admin.base import DeskPage, RowField
from admin.base.exports import TYPES
from admin.base.shown import show_date
from admin.case_forms import InChargeForm, active_sites
from admin.growth import number
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import describe_age, show_birth, words
from admin.words import PAGE_WORDS
from casework.arrival_lists.columns import FIELDS
from casework.arrival_lists.entries import Entry
from casework.arrival_lists.importing import (
    ArrivalDraft,
    ArrivalList,
    change_draft,
    discard_draft,
    import_draft,
    imported_before,
    keep_draft,
    plan_of,
)
from casework.arrival_lists.plans import GROUPINGS, Choices, ListPlan
from casework.arrival_lists.sheets import MOST_BYTES, MOST_PEOPLE, read_sheet, template_workbook
from casework.core.access import Actor
from casework.core.countries import country_name
from casework.core.db import transaction
from casework.core.i18n import N_
from casework.core.refusals import Refusal, StaleEdit
from casework.insight.duplicates import REASONS
from casework.sites import Arrival, Site

MOST_SHOWN = 200
KINDS = {
    "new": N_("new"),
    "known": N_("known already"),
    "out": N_("left out"),
    "undecided": N_("please decide"),
}


class NoFile(Refusal):
    """Nothing was chosen."""

    msgid = N_("Please choose a file first: the list as XLSX or CSV.")


class ListForm(InChargeForm):
    """What holds for the whole list."""

    site = RowField(
        _l("Site"), model=Site, rows=active_sites, allow_blank=True,
        description=_l("Where everybody moves in of whom the list does not say it."),
    )  # fmt: skip
    arrival = RowField(
        _l("Announced arrival"), model=Arrival, rows=lambda actor: announced(actor),
        allow_blank=True, description=_l("It counts as having come once the list is taken over."),
    )  # fmt: skip
    grouping = words(_l("Who lives together"), GROUPINGS)
    leave_errors_out = BooleanField(_l("Leave out all rows with errors"))
    revision = HiddenField()


class ArrivalImport(DeskPage):
    """A list of people who move in becomes households with cases."""

    title = _l("Arrival lists")
    path = "arrival_list"
    resource = "arrival"
    permissions = {
        "index_view": "import", "look": "import", "template": "import", "discard": "import",
    }  # fmt: skip

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """Choose a list; lists that were taken over stand below."""
        if request.method == "GET":
            return self._begin()
        try:
            sheet = read_sheet(*sent_file())
        except Refusal as refusal:
            return self._begin(refusal.text(reading_language())), 422
        before = imported_before(sheet)
        if before is not None:
            flash(
                _("This list was taken over on %(day)s by %(name)s already. Nothing has changed.",
                  day=show_date(before.imported_at), name=before.imported_by),
                "message",
            )  # fmt: skip
            return redirect(self.get_url(".index_view"), 303)
        keep_draft(sheet, by=current_actor(), at=now())
        return redirect(self.get_url(".look"), 303)

    @expose("/look", methods=("GET", "POST"))
    def look(self) -> ResponseReturnValue:
        """Everything in the list: what would become of it, what is doubtful, who is known."""
        draft = own_draft()
        if draft is None:
            flash(_("There is no list to look at any more. Please choose the file again."), "error")
            return redirect(self.get_url(".index_view"), 303)
        if request.method == "GET":
            return self._page(draft, plan_of(draft, current_actor(), at=now()))
        form = ListForm(request.form)
        if not form.validate():
            return self._page(draft, plan_of(draft, current_actor(), at=now()), form=form), 422
        try:
            return self._decide(draft, form)
        except StaleEdit as refusal:
            flash(refusal.text(reading_language()), "error")
            return redirect(self.get_url(".look"), 303)

    def _decide(self, draft: ArrivalDraft, form: ListForm) -> ResponseReturnValue:
        """Keep what was decided; take the list over where that was asked for."""
        by, at = current_actor(), now()
        choices = chosen(Choices(**draft.choices), form)
        kept = change_draft(draft, choices, revision=number(form.revision.data), by=by, at=at)
        if request.form.get("action") != "import":
            return redirect(f"{self.get_url('.look')}#result", 303)
        try:
            with transaction():
                done = import_draft(kept, revision=kept.revision, by=by, at=at)
        except StaleEdit:
            raise
        except Refusal as refusal:
            sentence = refusal.text(reading_language())
            return self._page(kept, plan_of(kept, by, at=at), error=sentence), 422
        flash(
            _("The list was taken over: %(people)s new people, %(known)s known, "
              "%(households)s new households, %(cases)s new cases. Nothing of the file remains.",
              people=done.people, known=done.known, households=done.households, cases=done.cases),
            "success",
        )  # fmt: skip
        return redirect(self.get_url(".index_view"), 303)

    @expose("/discard", methods=("POST",))
    def discard(self) -> ResponseReturnValue:
        """Forget the list that is looked at."""
        draft = own_draft()
        if draft is not None:
            discard_draft(draft, by=current_actor(), at=now())
        flash(_("The list is forgotten; nothing of it was stored."), "success")
        return redirect(self.get_url(".index_view"), 303)

    @expose("/template")
    def template(self) -> Response:
        """An empty list with the names of the columns and one invented household."""
        tag = "de" if reading_language() == "de" else "en"
        name = "ankunftsliste.xlsx" if tag == "de" else "arrival-list.xlsx"
        return Response(
            template_workbook(tag), content_type=TYPES["xlsx"],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )  # fmt: skip

    def _begin(self, error: str = "") -> str:
        rows = ArrivalList.scope(current_actor()).order_by(ArrivalList.imported_at.desc())
        return self.render(
            "desk/arrival_lists.html", error=error, draft=own_draft(), most=MOST_PEOPLE,
            megabytes=MOST_BYTES // 1024**2, fields=FIELDS,
            lists=list(rows.limit(50).with_related(ArrivalList.site)), **PAGE_WORDS,
        )  # fmt: skip

    def _page(
        self, draft: ArrivalDraft, plan: ListPlan, *, form: ListForm | None = None, error: str = ""
    ) -> str:
        form = form or filled(draft, plan.choices)
        doubtful = [e for e in plan.entries if needs_a_look(plan, e)]
        return self.render(
            "desk/arrival_list.html", draft=draft, plan=plan, form=form, error=error,
            fields=FIELDS, kinds=KINDS, counts=plan.counts, doubtful=doubtful[:MOST_SHOWN],
            more=max(len(doubtful) - MOST_SHOWN, 0), most=MOST_SHOWN, reasons=REASONS,
            kind_of=lambda entry: kind_of(plan, entry), show_birth=show_birth,
            describe_age=describe_age, country=lambda code: country_name(code, reading_language()),
            groups=plan.groups[:MOST_SHOWN], **PAGE_WORDS,
        )  # fmt: skip


def own_draft() -> ArrivalDraft | None:
    """The list that the reader is looking at, if there is one."""
    rows = ArrivalDraft.scope(current_actor()).order_by(ArrivalDraft.created_at.desc())
    found: ArrivalDraft | None = rows.first()
    return found


def announced(actor: Actor) -> Any:
    """Arrivals still to come, the soonest first."""
    rows = Arrival.scope(actor).where(Arrival.state == "announced")
    return rows.order_by(Arrival.arrives_on.is_null(), Arrival.arrives_on).with_related(
        Arrival.site
    )


def sent_file() -> tuple[bytes, str]:
    """Content and name of the file that was sent. Raises `NoFile`."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise NoFile()
    return file.stream.read(MOST_BYTES + 1), file.filename[:100]


def chosen(before: Choices, form: ListForm) -> Choices:
    """What the page says now; rows that it did not show keep their decision."""
    mapping = [request.form.get(f"column-{n}", name) for n, name in enumerate(before.mapping)]
    rows = before.rows if mapping == before.mapping else {}
    said = {
        name.removeprefix("row-"): value
        for name, value in request.form.items()
        if name.startswith("row-") and len(value) <= 36 and name[4:].isdecimal()
    }
    return replace(
        before, mapping=mapping, grouping=form.grouping.data or "", rows=rows | said,
        site=id_of(form.site.data), organization=id_of(form.organization.data),
        assigned_to=id_of(form.assigned_to.data), arrival=id_of(form.arrival.data),
        leave_errors_out=bool(form.leave_errors_out.data),
    )  # fmt: skip


def filled(draft: ArrivalDraft, choices: Choices) -> ListForm:
    """The form with what was decided so far."""
    form = ListForm(data={
        "grouping": choices.grouping, "leave_errors_out": choices.leave_errors_out,
        "revision": draft.revision,
    })  # fmt: skip
    for name in ("site", "organization", "assigned_to", "arrival"):
        if value := getattr(choices, name):
            form[name].process_formdata([value])
    return form


def id_of(row: Any) -> str:
    """The id of a chosen row as text, "" for none."""
    return str(row.id) if row is not None else ""


def needs_a_look(plan: ListPlan, entry: Entry) -> bool:
    """Whether a row is known, doubled, wrong or left out: then somebody can decide about it."""
    return plan.decisions[entry.line] != "new" or entry.line in plan.matches


def kind_of(plan: ListPlan, entry: Entry) -> str:
    """What becomes of a row: a key of `KINDS`."""
    decision = plan.decisions[entry.line]
    return decision or "undecided" if isinstance(decision, str) else "known"
