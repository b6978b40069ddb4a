"""Which rules are on, and their thresholds: kept in one setting, changed in the back office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casework.core.access import Actor
from casework.core.audit import recorded
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.core.settings import Setting, setting, store_setting
from casework.insight.attention.entries import AttentionMark
from casework.insight.attention.kept import keep_decisions
from casework.insight.attention.registry import RULES, Rule

KEY = "attention_rules"


class ThresholdRefused(Refusal):
    """A number that the rule cannot work with."""

    msgid = N_("Please enter a whole number from %(least)s to %(most)s for “%(name)s”.")


@dataclass(frozen=True)
class Tuning:
    """How a rule is set: on or off, and its numbers."""

    on: bool
    values: Mapping[str, int]


def tunings() -> dict[str, Tuning]:
    """How each rule is set, in one statement; what nobody changed is as the program brings it."""
    stored = setting(KEY)
    return {name: _tuned(each, stored.get(name, {})) for name, each in RULES.items()}


def _tuned(each: Rule, stored: Mapping[str, Any]) -> Tuning:
    known = {name: stored[name] for name in each.defaults if name in stored}
    return Tuning(bool(stored.get("on", True)), each.defaults | known)


def checked(each: Rule, values: Mapping[str, int]) -> dict[str, int]:
    """`values` by the names of the rule's thresholds. Raises `ThresholdRefused`."""
    found = {}
    for threshold in each.thresholds:
        value = values.get(threshold.name, threshold.default)
        if not threshold.least <= value <= threshold.most:
            raise ThresholdRefused(least=threshold.least, most=threshold.most,
                                   name=threshold.name)  # fmt: skip
        found[threshold.name] = value
    return found


@recorded("attention_rule:changed", needs="attention_rule:edit")
def tune_rule(
    name: str, *, on: bool, values: Mapping[str, int], by: Actor, at: datetime
) -> Setting:
    """Switch a rule on or off and set its thresholds; the queue follows before it is read next.

    What was decided about its entries comes back with them, as long as the same cause stands.
    Raises `NotFound` for a rule that is not there, `ThresholdRefused`.
    """
    if name not in RULES:
        raise NotFound()
    stored = dict(setting(KEY))
    stored[name] = {"on": on, **checked(RULES[name], values)}
    row = store_setting(KEY, stored)
    keep_decisions(name, at=at)
    AttentionMark.create(rule=name)
    return row
