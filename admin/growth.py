"""Sites: who lives there, who is announced, and how many places are free when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import DateField, HiddenField, IntegerField, validators

from admin.auth import current_actor, now
from admin.base import DeskForm, DeskPage, RowField
from admin.case_forms import active_sites
from admin.charts import HEIGHT, WIDTH, Curve, step_curve
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.network_forms import DAYS
from admin.person_fields import prose
from admin.settings import SITE_KINDS
from admin.words import PAGE_WORDS, today
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.insight.forecast import month_after
from casework.insight.occupancy import Change, Occupied, free_on, free_over_time, occupied
from casework.sites import (
    ARRIVAL_STATES,
    MOST_PEOPLE,
    Arrival,
    ArrivalDayRefused,
    PeopleRefused,
    Site,
    announce_arrival,
    change_arrival,
    move_arrival,
)

MONTHS_SHOWN = 12
PAST_SHOWN = timedelta(days=365)
ARRIVAL_VERBS = {
    "arrived": N_("They have come"),
    "cancelled": N_("Called off"),
    "announced": N_("Announce again"),
}


class ArrivalForm(DeskForm):
    """How many people come, and when."""

    people = IntegerField(
        _l("People"), [validators.InputRequired()],
        render_kw={"min": 1, "max": MOST_PEOPLE, "inputmode": "numeric"},
    )  # fmt: skip
    arrives_on = DateField(
        _l("Day"), [validators.Optional()], format=DAYS,
        description=_l("Left empty, the day is not known yet."),
    )  # fmt: skip
    note = prose(_l("Note"), 1000, rows=2, description=_l("Nothing about single people."))
    revision = HiddenField()


class AnnounceForm(ArrivalForm):
    """The same with the site that they come to."""

    site = RowField(_l("Site"), [validators.InputRequired()], model=Site, rows=active_sites)


@dataclass(frozen=True)
class Place:
    """One site with who lives there and what changes."""

    site: Site
    lives: Occupied
    changes: list[Change]
    undated: int

    @property
    def now(self) -> Change:
        """What holds today."""
        return self.changes[0]

    @property
    def least(self) -> Change:
        """The day on which the fewest places are free."""
        return min(self.changes, key=lambda each: (each.free, each.day))

    @property
    def moves(self) -> bool:
        """Whether anybody is to come on a day that is known."""
        return len(self.changes) > 1 or self.now.people != self.lives.people

    @property
    def months(self) -> list[tuple[date, Change]]:
        """What holds today and at the beginning of each of the next months."""
        first = self.now.day
        days = [month_after(first.replace(day=1), n) for n in range(1, MONTHS_SHOWN + 1)]
        return [(day, free_on(self.changes, day)) for day in (first, *days)]

    @property
    def curve(self) -> Curve:
        """Free places by day for the months shown."""
        first = self.now.day
        days = (self.months[-1][0] - first).days
        return step_curve(
            [free_on(self.changes, first + timedelta(days=n)).free for n in range(days + 1)]
        )


class Growth(DeskPage):
    """Sites with room and announced people."""

    title = _l("Places & arrivals")
    path = "growth"
    resource = "arrival"
    permissions = {"announce": "create", "change": "edit", "move": "edit"}

    @expose("/")
    def index_view(self) -> str:
        """All sites in use, who is announced, and who came in the last year."""
        return self.page(AnnounceForm())

    @expose("/announce", methods=("POST",))
    def announce(self) -> ResponseReturnValue:
        """People are to come."""
        form = AnnounceForm(request.form)
        if form.validate():
            try:
                announce_arrival(
                    cast(Site, form.site.data), form.people.data or 0, form.arrives_on.data,
                    note=form.note.data or "", by=current_actor(), at=now(),
                )  # fmt: skip
            except (PeopleRefused, ArrivalDayRefused) as refusal:
                show(form, refusal)
            else:
                flash(_("The arrival is noted."), "success")
                return redirect(self.get_url(".index_view"), 303)
        return self.page(form), 422

    @expose("/<uuid:id>", methods=("GET", "POST"))
    def change(self, id: uuid.UUID) -> ResponseReturnValue:
        """Another number, day or note; the second of two editors is told."""
        arrival = self.arrival_or_404(id)
        form = ArrivalForm(request.form if request.method == "POST" else None, obj=arrival)
        if request.method == "POST" and form.validate():
            try:
                change_arrival(
                    arrival, revision=number(form.revision.data), people=form.people.data,
                    arrives_on=form.arrives_on.data, note=form.note.data or "",
                    by=current_actor(), at=now(),
                )  # fmt: skip
            except (PeopleRefused, ArrivalDayRefused) as refusal:
                show(form, refusal)
            except Refusal as refusal:
                form.form_errors.append(refusal.text(reading_language()))
                form.revision.data = str(arrival.revision)
            else:
                flash(_("Saved."), "success")
                return redirect(self.get_url(".index_view"), 303)
        page = self.render("desk/arrival.html", form=form, arrival=arrival, **PAGE_WORDS)
        return page, 422 if form.errors else 200

    @expose("/<uuid:id>/move", methods=("POST",))
    def move(self, id: uuid.UUID) -> ResponseReturnValue:
        """They have come, or it was called off."""
        arrival = self.arrival_or_404(id)
        state = request.form.get("state", "")
        if state not in ARRIVAL_STATES.states:
            abort(404)
        revision = number(request.form.get("revision"))
        move_arrival(arrival, state, revision=revision, by=current_actor(), at=now())
        flash(_("Saved."), "success")
        return redirect(self.get_url(".index_view"), 303)

    def arrival_or_404(self, id: uuid.UUID) -> Arrival:
        """An arrival within scope."""
        return Arrival.scope(current_actor()).where(Arrival.id == id).first() or abort(404)

    def page(self, form: Any) -> str:
        """The page, with the form for a new announcement as it was sent."""
        rows = Arrival.scope(current_actor())
        coming = list(rows.where(Arrival.state == "announced").with_related(Arrival.site))
        coming.sort(key=lambda each: (each.arrives_on or date.max, each.created_at))
        over = rows.where(
            (Arrival.state != "announced") & (Arrival.state_since > now() - PAST_SHOWN)
        ).order_by(Arrival.state_since.desc(), Arrival.id.desc())
        return self.render(
            "desk/growth.html", places=places(coming), coming=coming, form=form,
            over=list(over.limit(50).with_related(Arrival.site)), states=ARRIVAL_STATES,
            verbs=ARRIVAL_VERBS, kinds=SITE_KINDS, today=today(), width=WIDTH, height=HEIGHT,
            is_wrong=bool(form.errors), **PAGE_WORDS,
        )  # fmt: skip


def places(coming: list[Arrival]) -> list[Place]:
    """All sites in use where people live or can live, with what changes there."""
    lives, day, found = occupied(), today(), []
    for site in active_sites(current_actor()):
        own = [each for each in coming if each.__data__["site"] == site.id]
        here = lives.get(site.id, Occupied())
        if not (site.capacity or here.people or own):
            continue
        undated = sum(each.people for each in own if each.arrives_on is None)
        changes = free_over_time(site, here.people, own, today=day)
        found.append(Place(site, here, changes, undated))
    return found


def show(form: Any, refusal: Refusal) -> None:
    """Put what was refused beside the field that it is about."""
    field = form.people if isinstance(refusal, PeopleRefused) else form.arrives_on
    field.errors = [refusal.text(reading_language())]


def number(text: str | None) -> int:
    """A whole number that the page itself has sent; -1 for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else -1
