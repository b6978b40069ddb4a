"""Forecast: cases and needs for the next months, with its assumptions on the page."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import DecimalField, IntegerField, SelectField, validators

from admin.auth import current_actor
from admin.base import DeskForm, DeskPage
from admin.base.fields import options_of
from admin.charts import HEIGHT, WIDTH, step_curve
from admin.i18n import lazy_gettext as _l
from admin.words import PAGE_WORDS, today
from casework.core.settings import all_settings
from casework.insight.forecast import MONTHS, Assumptions, basis, needs_ahead, project

LONGEST_YEARS = 10


class AssumptionsForm(DeskForm):
    """What the forecast supposes."""

    months = SelectField(
        _l("Months ahead"), choices=options_of((n, str(n)) for n in MONTHS), coerce=int
    )
    household_size = DecimalField(
        _l("People in a household"), [validators.InputRequired(), validators.NumberRange(1, 15)],
        places=1, description=_l("The mean of the live cases, if you change nothing."),
    )  # fmt: skip
    share = IntegerField(
        _l("Of 100 people who come, so many get a case"),
        [validators.InputRequired(), validators.NumberRange(0, 100)],
    )
    others = IntegerField(
        _l("People a month who come without being announced"),
        [validators.InputRequired(), validators.NumberRange(0, 500)],
    )
    years = IntegerField(
        _l("Years of counselling for who comes"),
        [validators.InputRequired(), validators.NumberRange(1, LONGEST_YEARS)],
    )


class Forecast(DeskPage):
    """Cases, people and needs to expect."""

    title = _l("Forecast")
    path = "forecast"
    resource = "workload"
    permissions = {"index_view": "edit"}

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The forecast for the assumptions in the address, or the usual ones."""
        actor, known = current_actor(), all_settings()
        years, rule = int(known["counselling_years"]), int(known["people_per_manager"])
        start = basis(actor, years)
        usual = {"months": MONTHS[-1], "household_size": start.household_size, "share": 100,
                 "others": 0, "years": years}  # fmt: skip
        asked = bool(request.args)
        form = AssumptionsForm(request.args if asked else None, data=usual)
        sound = not asked or form.validate()
        given: dict[str, Any] = {name: form[name].data for name in usual} if sound else usual
        given["household_size"] = float(given["household_size"])
        months = project(
            today(), start.leaving, start.arriving, Assumptions(**given, per_manager=rule)
        )
        page = self.render(
            "desk/forecast.html", form=form, start=start, months=months, rule=rule,
            areas=needs_ahead(actor, months, start.people), width=WIDTH, height=HEIGHT,
            curve=step_curve([month.people for month in months], mark=start.people),
            given=given, **PAGE_WORDS,
        )  # fmt: skip
        return page, 200 if sound else 422
