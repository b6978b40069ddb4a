"""Workload: who carries how much against the staffing rule, and giving many cases to somebody."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base import DeskPage
from admin.base.ajax import parse_id
from admin.case_forms import InChargeForm, check_belongs
from admin.case_page import called, with_people
from admin.growth import number
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import ngettext, reading_language
from admin.words import PAGE_WORDS
from casework.caseloads import MOST_AT_ONCE, Assigned, assign_cases, foresee
from casework.cases import Case
from casework.core.i18n import N_
from casework.core.settings import setting
from casework.insight.workload import (
    Load,
    by_manager,
    by_organization,
    by_site,
    managers_needed,
    shares,
)

TIES = {
    "kept": N_("stays"),
    "lost": N_("would be lost"),
    "known": N_("knows the family already"),
}
KINDS = {
    "staff": N_("colleague"),
    "provider": N_("organisation"),
    "volunteer": N_("volunteer"),
    "named": N_("somebody the household named"),
}
NOBODY = "nobody"


class AssignManyForm(InChargeForm):
    """To whom the chosen cases go; a colleague alone names the organisation, too."""

    def validate_assigned_to(self, field: Any) -> None:
        """Who works on a case can see it."""
        if field.data is not None and self.organization.data is None:
            self.organization.data = field.data.organization
        check_belongs(field, self.organization.data)


class Workload(DeskPage):
    """People and cases by manager, organisation and site; one's own for an integration manager."""

    title = _l("Workload")
    path = "workload"
    resource = "workload"
    permissions = {"assign": "edit", "choose": "edit"}

    @expose("/")
    def index_view(self) -> str:
        """The three tables, with bars."""
        actor, rule = current_actor(), int(setting("people_per_manager"))
        found = shares(actor)
        managers = by_manager(found, actor)
        sites = by_site(found) if actor.sees_all else []
        people = sum(share.people for share in found)
        announced = sum(load.announced for load in sites)
        staffed = sum(load.row is not None and load.row.role == "integration_manager"
                      for load in managers)  # fmt: skip
        return self.render(
            "desk/workload.html", rule=rule, managers=managers, sites=sites, people=people,
            organizations=by_organization(found, managers) if actor.sees_all else [],
            cases=sum(share.cases for share in found), announced=announced, staffed=staffed,
            needed=managers_needed(people, rule), room=room,
            needed_then=managers_needed(people + announced, rule), **PAGE_WORDS,
        )  # fmt: skip

    @expose("/choose")
    def choose(self) -> str:
        """The live cases of somebody, of an organisation or of a site, to give away."""
        rows = Case.scope(current_actor()).where(Case.closed_at.is_null())
        for name in ("assigned_to", "organization", "site"):
            wanted = request.args.get(name, "")
            if wanted == NOBODY:
                rows = rows.where(getattr(Case, name).is_null())
            elif wanted:
                rows = rows.where(getattr(Case, name) == (parse_id(wanted) or uuid.UUID(int=0)))
        rows = rows.order_by(Case.opened_at, Case.id).limit(MOST_AT_ONCE)
        return assign_page(self, loaded_cases(rows), AssignManyForm())

    @expose("/assign", methods=("POST",))
    def assign(self) -> ResponseReturnValue:
        """First what it would mean, then, agreed to, assigning: all in one transaction."""
        picked = chosen_cases()
        rows = Case.scope(current_actor()).where(Case.id << list(picked)).order_by(Case.opened_at)
        cases = loaded_cases(rows)
        form = AssignManyForm(request.form)
        if not picked:
            flash(_("Please choose at least one entry first."), "error")
            return redirect(self.get_url(".index_view"), 303)
        if not form.validate():
            return assign_page(self, cases, form, picked=picked), 422
        if request.form.get("action") != "assign":
            return assign_page(self, cases, form, picked=picked, looked=True)
        done = assign_cases(
            picked, form.organization.data, form.assigned_to.data, by=current_actor(), at=now()
        )
        tell(done)
        return redirect(self.get_url(".index_view"), 303)


def assign_page(
    screen: Any, cases: list[Case], form: AssignManyForm, *,
    picked: dict[uuid.UUID, int] | None = None, looked: bool = False,
) -> str:  # fmt: skip
    """The page on which cases are chosen and given to somebody; `looked` shows what it means."""
    organization, person = form.organization.data, form.assigned_to.data
    handings = foresee(cases, organization, person, at=now()) if looked else []
    return screen.render(
        "desk/assign.html", cases=cases, form=form, looked=looked, handings=handings,
        picked=picked if picked is not None else {case.id: case.revision for case in cases},
        changes=_changes(cases, person) if looked else [], rule=int(setting("people_per_manager")),
        called=called, ties=TIES, kinds=KINDS, target=person or organization, most=MOST_AT_ONCE,
        **PAGE_WORDS,
    )  # fmt: skip


def chosen_cases() -> dict[uuid.UUID, int]:
    """The cases that were ticked, each with the revision that was shown."""
    found: dict[uuid.UUID, int] = {}
    for text in request.form.getlist("case")[:MOST_AT_ONCE]:
        id, _colon, revision = text.partition(":")
        key = parse_id(id)
        if key is not None:
            found[key] = number(revision)
    return found


def loaded_cases(rows: Any) -> list[Case]:
    """Cases with what the page shows of them."""
    return list(
        rows.with_related(
            with_people(Case.household), Case.site, Case.organization, Case.assigned_to
        )
    )


def tell(done: Assigned) -> None:
    """Say what was assigned, and name what was not."""
    if done.done:
        flash(
            ngettext("%(count)s case was assigned.", "%(count)s cases were assigned.",
                     len(done.done)),
            "success",
        )  # fmt: skip
    if done.changed:
        names = ", ".join(map(str, done.changed[:20]))
        flash(
            _("Somebody changed these cases meanwhile, so they were left as they are: %(names)s. "
              "Please look at them again.", names=names),
            "error",
        )  # fmt: skip
    for case, refusal in done.refused[:20]:
        flash(f"{case}: {refusal.text(reading_language())}", "error")


def room(load: Load, rule: int) -> str:
    """What a manager's load is in words: room for more, full, or too many."""
    free = rule * max(load.managers, 1) - load.people
    if free > 0:
        return ngettext("room for %(count)s more person", "room for %(count)s more people", free)
    return _("full") if free == 0 else _("%(count)s too many", count=-free)


def _changes(cases: list[Case], person: Any) -> list[tuple[str, int, int]]:
    """The people of everybody concerned, before and after."""
    sizes = {case.id: len(case.household.people) for case in cases}
    moved: dict[uuid.UUID, int] = {}
    for case in cases:
        holder = case.assigned_to
        if holder is not None and holder.id != getattr(person, "id", None):
            moved[holder.id] = moved.get(holder.id, 0) - sizes[case.id]
        if person is not None and (holder is None or holder.id != person.id):
            moved[person.id] = moved.get(person.id, 0) + sizes[case.id]
    loads = by_manager(shares(current_actor()), current_actor())
    return [
        (str(load.row), load.people, load.people + moved[load.row.id])
        for load in loads
        if load.row is not None and load.row.id in moved
    ]
