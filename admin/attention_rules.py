"""Rules of the attention queue: on or off, and their numbers, with a look at what it changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import ClassVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin.auth import current_actor, now
from admin.base import DeskPage
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from casework.core.db import clean, transaction
from casework.core.refusals import StaleEdit
from casework.core.settings import change_setting, setting
from casework.insight.attention.queue import counts_by_rule
from casework.insight.attention.registry import RULES, Rule
from casework.insight.attention.thresholds import Tuning, tune_rule, tunings
from casework.insight.attention.upkeep import catch_up, found_by

ANSWER = "attention_answer_days"
LEAST_ANSWER, MOST_ANSWER = 1, 60


@dataclass
class Row:
    """One rule as the form shows it: what was typed, what is wrong, how many entries it makes."""

    rule: Rule
    on: bool
    typed: dict[str, str]
    wrong: dict[str, str]
    count: int
    then: int | None = None

    @property
    def values(self) -> dict[str, int]:
        """The numbers that were typed; asked for only where nothing is wrong."""
        return {name: int(text) for name, text in self.typed.items()}

    def differs(self, tuning: Tuning) -> bool:
        """Whether it would be set otherwise than it is."""
        return self.on != tuning.on or (not self.wrong and self.values != dict(tuning.values))


class AttentionRules(DeskPage):
    """One form with all rules. The first button shows what a change makes, the second saves it."""

    title = _l("Attention rules")
    path = "attention_rule"
    resource = "attention_rule"
    permissions: ClassVar[dict[str, str]] = {"index_view": "attention_rule:edit"}

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """The rules as they are; or what was typed, with how many entries it would make."""
        catch_up(at=now())
        present, days = tunings(), str(setting(ANSWER))
        if request.method == "GET":
            return self._page(_stored(present), days)
        rows, days = _typed(present), _sent("answer_days")
        wrong_days = _wrong(days, LEAST_ANSWER, MOST_ANSWER)
        if wrong_days or any(row.wrong for row in rows):
            return self._page(rows, days, wrong_days=wrong_days), 422
        if request.form.get("seen") != revision():
            flash(_(StaleEdit.msgid), "error")
            return self._page(rows, days), 409
        changed = [row for row in rows if row.differs(present[row.rule.name])]
        if request.form.get("action") == "save":
            self._store(changed, int(days))
            flash(_("Saved. The queue follows at once."), "success")
            return redirect(self.get_url(".index_view"), 303)
        for row in changed:
            tuning = Tuning(row.on, row.values)
            row.then = len(found_by(row.rule, tuning, at=now()))
        return self._page(rows, days, looked=True)

    def _page(
        self, rows: list[Row], days: str, *, wrong_days: str = "", looked: bool = False
    ) -> str:
        return self.render(
            "desk/attention_rules.html", rows=rows, answer_days=days, wrong_days=wrong_days,
            looked=looked, seen=request.form.get("seen") or revision(),
            least_answer=LEAST_ANSWER, most_answer=MOST_ANSWER,
        )  # fmt: skip

    def _store(self, changed: list[Row], days: int) -> None:
        by, at = current_actor(), now()
        with transaction():
            for row in changed:
                tune_rule(row.rule.name, on=row.on, values=row.values, by=by, at=at)
            if days != setting(ANSWER):
                change_setting(ANSWER, days, by=by, at=at)


def revision() -> str:
    """A digest of how the rules are set: another one after each change."""
    stored = [setting("attention_rules"), setting(ANSWER)]
    text = json.dumps(stored, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _stored(present: dict[str, Tuning]) -> list[Row]:
    counts = counts_by_rule()
    return [
        Row(each, present[name].on, _texts(present[name]), {}, counts.get(name, 0))
        for name, each in RULES.items()
    ]


def _texts(tuning: Tuning) -> dict[str, str]:
    return {name: str(value) for name, value in tuning.values.items()}


def _typed(present: dict[str, Tuning]) -> list[Row]:
    counts = counts_by_rule()
    rows = []
    for name, each in RULES.items():
        typed = {one.name: _sent(f"{name}-{one.name}") for one in each.thresholds}
        wrong = {one.name: _wrong(typed[one.name], one.least, one.most) for one in each.thresholds}
        wrong = {key: text for key, text in wrong.items() if text}
        on = bool(request.form.get(f"{name}-on"))
        rows.append(Row(each, on, typed, wrong, counts.get(name, 0)))
    return rows


def _sent(name: str) -> str:
    return clean(request.form.get(name, "")).strip()[:9]


def _wrong(text: str, least: int, most: int) -> str:
    """What is wrong with a number that was typed; nothing where it fits."""
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return ""
    return _("Please enter a whole number from %(least)s to %(most)s.", least=least, most=most)
