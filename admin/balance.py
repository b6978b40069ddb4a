"""Support balance: households by areas of life, who helps too many times, and who not at all."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.numbers import format_decimal
from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from peewee import Load, ModelSelect

from admin.auth import current_actor, now
from admin.balance_forms import ConferenceForm, HandOverForm, area_of
from admin.base import DeskPage
from admin.base.fields import options_of
from admin.base.paging import rows_at
from admin.base.refusals import refusals_in
from admin.case_forms import active_organizations, active_sites, areas_in_order
from admin.case_page import in_order
from admin.curves import HEIGHT, WIDTH, line_of, points_of
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.support_file import SUPPORT_WORDS, SupportFile, supporter_of, value_of
from admin.words import PAGE_WORDS, today
from casework.cases import LIVE_STATES, Case
from casework.conferences import call_conference, count_conferences, planned_conferences
from casework.core.access import Actor
from casework.core.audit import record_read
from casework.insight.balance.inequality import lorenz, quarters, spread_now
from casework.insight.balance.models import FLAGS, Balance, BalanceCell
from casework.insight.balance.past import QUARTERS_BACK, past_spreads
from casework.life_areas import LifeArea
from casework.people import Household
from casework.providers import Organization
from casework.sites import Site
from casework.transfers import hand_over, work_of

PAGE = 25
MOST_COUNTED = 1000
LAST_PAGE = 4_000
# Deepest shade of a cell: three or more who help.
DEEPEST = 3


@dataclass(frozen=True)
class Wish:
    """What was asked for: site, organisation, area, flag and page; anything unknown is nothing."""

    site: Site | None = None
    organization: Organization | None = None
    area: LifeArea | None = None
    flag: str = ""
    page: int = 0

    @classmethod
    def of_request(cls, actor: Actor) -> Wish:
        """The wish in the address."""
        flag = request.args.get("flag", "")
        page = request.args.get("page", 0, type=int)
        return cls(
            site=_row(active_sites(actor), "site"),
            organization=_row(active_organizations(actor), "organization")
            if actor.sees_all else None,
            area=area_of(request.args.get("area", "")),
            flag=flag if flag in FLAGS else "",
            page=min(max(page, 0), LAST_PAGE),
        )  # fmt: skip

    def query(self, actor: Actor) -> ModelSelect:
        """The sums that are wanted, what is to be looked at first first."""
        model: Any = BalanceCell if self.area else Balance
        rows = model.scope(actor)
        if self.area:
            rows = rows.where(model.life_area == self.area)
        if self.site:
            rows = rows.where(model.site == self.site)
        if self.flag and not (self.area and self.flag == "alone"):
            rows = rows.where(model.flagged(self.flag))
        elif self.flag:
            alone = Balance.scope(actor).select(Balance.household).where(Balance.alone)
            rows = rows.where(model.household << alone)
        if self.organization:
            theirs = Balance.select(Balance.household).where(
                Balance.organization == self.organization
            )
            rows = rows.where(model.household << theirs)
        return rows.order_by(model.place.asc(), model.household.asc())

    def address(self, view: Any, **other: Any) -> str:
        """The address of the same wish with something else in it."""
        mine = {
            "site": self.site and self.site.id, "area": self.area and self.area.code,
            "organization": self.organization and self.organization.id,
            "flag": self.flag, "page": self.page,
        } | other  # fmt: skip
        return view.get_url(".index_view", **{key: value for key, value in mine.items() if value})


@dataclass
class Row:
    """A household of the heat map: what it is called, its cases, its sums and cells by area."""

    household: Any
    balance: Balance
    cases: list[Case] = field(default_factory=list)
    cells: dict[uuid.UUID, BalanceCell] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The contact person's name, or what the household is called."""
        contact = next(iter(self.household.people), None)
        return contact.name if contact else str(self.household)


class SupportBalance(DeskPage):
    """The heat map, a household on its own, and how evenly support is spread."""

    title = _l("Support balance")
    path = "balance"
    resource = "balance"
    permissions = {
        "hand_over": "support:edit",
        "call_conference": "conference:create",
    }

    @expose("/")
    def index_view(self) -> str:
        """Households by areas of life, those with a flag first."""
        actor = current_actor()
        wish = Wish.of_request(actor)
        query = wish.query(actor)
        found = rows_at(query, wish.page * PAGE, PAGE + 1, ())
        rows = _rows([each.__data__["household"] for each in found[:PAGE]], actor)
        columns = [wish.area] if wish.area else areas_in_order()
        return self.render(
            "desk/balance.html", wish=wish, rows=rows, columns=columns,
            count=query.order_by().limit(MOST_COUNTED + 1).count(), most=MOST_COUNTED,
            has_next=len(found) > PAGE, deepest=DEEPEST, flags=FLAGS,
            sites=list(active_sites(actor)), areas=areas_in_order(),
            organizations=list(active_organizations(actor)) if actor.sees_all else [],
            late=Balance.waiting(today()).where(Balance.organization.is_null()).count(),
            **SUPPORT_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    @expose("/spread")
    def spread(self) -> str:
        """How many help each household, how unevenly, and how that was before."""
        actor = current_actor()
        wish = Wish.of_request(actor)
        site = wish.site.id if wish.site else None
        area = wish.area.id if wish.area else None
        days = quarters(today(), QUARTERS_BACK)
        past = past_spreads(actor, days, site=site, area=area)
        every = [*past, spread_now(actor, today=today(), site=site, area=area)]
        return self.render(
            "desk/balance_spread.html", wish=wish, now=every[-1], every=every,
            curve=lorenz(every[-1].households), points=points_of(lorenz(every[-1].households)),
            line=line_of([each.gini for each in every], 2 * WIDTH, HEIGHT // 2),
            width=WIDTH, height=HEIGHT, sites=list(active_sites(actor)), areas=areas_in_order(),
            decimal=decimal, waiting=len(past) < QUARTERS_BACK, **PAGE_WORDS,
        )  # fmt: skip

    @expose("/<uuid:id>")
    def show(self, id: uuid.UUID) -> ResponseReturnValue:
        """Who helps one household, by areas of life."""
        household = self._household_or_404(id)
        record_read("household:read", household, by=current_actor(), at=now())
        return self.page(household, {})

    @expose("/<uuid:id>/hand-over", methods=("POST",))
    def hand_over(self, id: uuid.UUID) -> ResponseReturnValue:
        """One who helps stops in favour of another."""
        household = self._household_or_404(id)
        key = request.form.get("work", "")
        file = SupportFile(household.id, current_actor(), at=now())
        line = next(
            (each for part in file.parts for each in part.lines if str(each.span.id) == key), None
        )
        if line is None:
            abort(404)
        work = work_of(line.span.source, line.span.id, current_actor()) or abort(404)
        form = _hand_over_form(file, line, request.form)
        to = supporter_of(form.to.data or "")
        if form.validate() and to is not None:
            with refusals_in(form):
                hand_over(
                    work, to, seen=form.seen.data or "", note=form.note.data or "",
                    by=current_actor(), at=now(),
                )  # fmt: skip
                return self._done(household, _("It was handed over."))
        return self.page(household, {key: form}), 422

    @expose("/<uuid:id>/conference", methods=("POST",))
    def call_conference(self, id: uuid.UUID) -> ResponseReturnValue:
        """Everybody who helps is invited to one table."""
        household = self._household_or_404(id)
        actor = current_actor()
        cases = _cases([household.id], actor).get(household.id) or abort(404)
        file = SupportFile(household.id, actor, at=now())
        form = _conference_form(file, cases[0], request.form)
        if form.validate():
            chosen = filter(None, map(supporter_of, form.invited.data or ()))
            with refusals_in(form):
                call_conference(
                    cases[0], form.starts_at.data, list(chosen), with_person=form.with_person.data,
                    with_others="with_others" in form and form.with_others.data,
                    venue=form.venue.data, place=form.place.data or "", seen=_seen(form),
                    by=actor, at=now(),
                )  # fmt: skip
                return self._done(household, _("The case conference is planned."))
            form.seen.data = str(count_conferences(cases[0]))
        return self.page(household, {"conference": form}), 422

    def page(self, household: Any, given: dict[str, Any]) -> str:
        """The page of a household, with the forms in `given` as they were sent."""
        actor = current_actor()
        file = SupportFile(household.id, actor, at=now())
        (row,) = _rows([household.id], actor) or abort(404)
        case = row.cases[0] if row.cases else None
        forms = {
            str(line.span.id): given.get(str(line.span.id)) or _hand_over_form(file, line, None)
            for part in file.parts
            for line in part.lines
            if line.can_end and part.takers(line)
        }
        return self.render(
            "desk/balance_household.html", row=row, file=file, forms=forms, given=given,
            conference=given.get("conference") or _conference_form(file, case, None),
            planned=planned_conferences(case, at=now()) if case else (),
            value_of=value_of, **SUPPORT_WORDS, **PAGE_WORDS,
        )  # fmt: skip

    def _household_or_404(self, id: uuid.UUID) -> Any:
        rows: Any = Household.scope(current_actor()).where(Household.id == id)
        return next(iter(rows), None) or abort(404)

    def _done(self, household: Any, text: str) -> ResponseReturnValue:
        flash(text, "success")
        return redirect(self.get_url(".show", id=household.id), 303)


def decimal(value: float, digits: int) -> str:
    """A number with so many digits after the point, as the reader writes it."""
    return format_decimal(value, f"0.{'0' * digits}", locale=reading_language())


def _row(rows: Any, name: str) -> Any:
    """The row of `rows` that the address names under `name`."""
    try:
        key = uuid.UUID(request.args.get(name, ""))
    except ValueError:
        return None
    return next((each for each in rows if each.id == key), None)


def _rows(households: Sequence[uuid.UUID], actor: Actor) -> list[Row]:
    """The rows of the heat map for these households, in their order; six statements for all."""
    known: Any = Household
    query: Any = Household.scope(actor).where(Household.id << list(households))
    loaded = query.with_related(Household.site, Load(known.people, in_order()))
    by_id = {row.id: row for row in loaded}
    cases = _cases(households, actor)
    found: dict[uuid.UUID, Row] = {}
    for balance in Balance.scope(actor).where(Balance.household << list(households)):
        key = balance.__data__["household"]
        if key in by_id:
            found[key] = Row(by_id[key], balance, cases.get(key, []))
    for cell in BalanceCell.scope(actor).where(BalanceCell.household << list(households)):
        if row := found.get(cell.__data__["household"]):
            row.cells[cell.__data__["life_area"]] = cell
    return [found[key] for key in households if key in found]


def _cases(households: Sequence[uuid.UUID], actor: Actor) -> dict[uuid.UUID, list[Case]]:
    """The live cases of these households within scope, the latest first."""
    rows: Any = Case.scope(actor).where(
        (Case.household << list(households)) & (Case.state << LIVE_STATES)
    )
    found: dict[uuid.UUID, list[Case]] = {}
    for case in rows.order_by(Case.opened_at.desc(), Case.id).with_related(Case.assigned_to):
        found.setdefault(case.__data__["household"], []).append(case)
    return found


def _seen(form: ConferenceForm) -> int:
    """How many conferences the page knew of that the form was on; -1 for what is no number."""
    given = form.seen.data or ""
    return int(given) if given.isdecimal() and len(given) < 9 else -1


def _hand_over_form(file: SupportFile, line: Any, posted: Any) -> HandOverForm:
    form = HandOverForm(posted, prefix=f"to-{line.span.id.hex}-", data={"seen": line.span.state})
    part = next(each for each in file.parts if line.span.area == each.area.id)
    form.to.choices = part.takers(line)
    return form


def _conference_form(file: SupportFile, case: Any, posted: Any) -> ConferenceForm:
    start = {"invited": list(file.supporters), "seen": str(count_conferences(case) if case else 0)}
    form = ConferenceForm(posted, prefix="conference-", data=start)
    form.invited.choices = options_of(file.supporters.items())
    if not file.others:
        del form.with_others
    return form
