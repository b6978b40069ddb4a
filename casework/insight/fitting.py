"""How well somebody and an opportunity fit, with every reason.

What an opportunity needs decides alone whether they fit at all; the rest gives points. What
can be reached depends on the opportunity only, so that another strength never lowers a score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from casework.core.i18n import N_
from casework.opportunities.kinds import CHILD, HOUSEHOLD, PERSONAL
from casework.opportunities.models import Opportunity, Requirement
from casework.strengths import LANGUAGE, LICENCE, Strengths

FITS, MISSING, OPEN = "fits", "missing", "open"
# What a reason says; a door puts names of languages, skills, kinds and days in.
SENTENCES = {
    ("wish", FITS): N_("wants this: %(kind)s"),
    ("need", FITS): N_("has an open need for this since %(day)s"),
    ("language", FITS): N_("speaks %(language)s %(level)s, asked is %(asked)s"),
    ("spoken", FITS): N_("speaks %(language)s"),
    ("language", MISSING): N_("missing: %(language)s %(asked)s"),
    ("spoken", MISSING): N_("missing: %(language)s"),
    ("skill", FITS): N_("can do this: %(skill)s"),
    ("skill", MISSING): N_("missing: %(skill)s"),
    ("licence", FITS): N_("has a driving licence: %(licence)s"),
    ("licence", MISSING): N_("missing: driving licence for %(licence)s"),
    ("field", FITS): N_("has worked in: %(skill)s"),
    ("field", MISSING): N_("has not worked in: %(skill)s"),
    ("age", FITS): N_("is %(age)s, asked is %(asked)s"),
    ("age", OPEN): N_("age is not known, asked is %(asked)s"),
    ("people", FITS): N_("household of %(count)s, asked is %(asked)s"),
    ("hours", FITS): N_("has %(hours)s hours a week, asked are %(asked)s"),
    ("hours", MISSING): N_("has only %(hours)s hours a week, asked are %(asked)s"),
    ("hours", OPEN): N_("hours a week are not known, asked are %(asked)s"),
    ("start", FITS): N_("can begin from %(day)s"),
    ("start", MISSING): N_("can begin only from %(day)s"),
    ("start", OPEN): N_("from when is not known"),
}
INTEREST, WELCOME, MUST, EXPERIENCE, DETAIL = 2, 2, 1, 2, 1


@dataclass(frozen=True)
class Seeker:
    """Who is looked at: strengths, since when which kind is needed, age in years, household.

    `ages` are the youngest and the oldest that the known date of birth allows.
    """

    strengths: Strengths = field(default_factory=Strengths)
    needs: Mapping[str, datetime] = field(default_factory=dict)
    ages: tuple[int, int] | None = None
    people: int = 1


@dataclass(frozen=True)
class Reason:
    """One sentence of `SENTENCES`: what it is about, whether it fits, and what to put in."""

    what: str
    sign: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The English sentence with its placeholders."""
        return SENTENCES[self.what, self.sign]


@dataclass(frozen=True)
class Fit:
    """`points` of the `most` that can be reached, with the reasons, what fits first."""

    points: int
    most: int
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """The points in per cent of what can be reached."""
        return round(100 * self.points / self.most)

    def of(self, sign: str) -> list[Reason]:
        """The reasons with this sign."""
        return [each for each in self.reasons if each.sign == sign]


Judged = tuple[int, int, Reason]


def fit(opportunity: Opportunity, seeker: Seeker) -> Fit | None:
    """How `seeker` fits; None for who does not look for it or lacks what it needs.

    An age that is not known is no obstacle, but said.
    """
    judged: list[Judged] = list(_interest(opportunity, seeker))
    if not judged or not _ages_fit(opportunity, seeker) or not _people_fit(opportunity, seeker):
        return None
    for each in opportunity.asks:
        points, most, reason = _asked(each, seeker.strengths)
        if each.must and not points:
            return None
        judged.append((points, most, reason))
    judged.extend(_bounds(opportunity, seeker))
    judged.extend(_details(opportunity, seeker.strengths))
    # Wish and need together: both can be reached by everybody.
    most = 2 * INTEREST * (opportunity.kind in PERSONAL) or INTEREST
    most += sum(each[1] for each in judged if each[2].what not in ("wish", "need"))
    reasons = sorted(
        (each[2] for each in judged), key=lambda r: (FITS, MISSING, OPEN).index(r.sign)
    )
    return Fit(sum(each[0] for each in judged), most, tuple(reasons))


def ages_of(birth_date: str | None, today: date) -> tuple[int, int] | None:
    """The youngest and oldest age on `today` that a stored date or year of birth allows."""
    if not birth_date or not birth_date[:4].isdigit():
        return None
    years = today.year - int(birth_date[:4])
    if len(birth_date) != 10:
        return max(0, years - 1), max(0, years)
    born = date.fromisoformat(birth_date)
    years -= (today.month, today.day) < (born.month, born.day)
    return max(0, years), max(0, years)


def _interest(opportunity: Opportunity, seeker: Seeker) -> Iterator[Judged]:
    kind = opportunity.kind
    if kind in PERSONAL and kind in seeker.strengths.wishes:
        yield INTEREST, INTEREST, Reason("wish", FITS, {"kind": kind})
    if kind in seeker.needs:
        yield INTEREST, INTEREST, Reason("need", FITS, {"day": seeker.needs[kind]})


def _ages_fit(opportunity: Opportunity, seeker: Seeker) -> bool:
    if seeker.ages is None:
        return True
    youngest, oldest = seeker.ages
    low, high = opportunity.min_age, opportunity.max_age
    return (low is None or oldest >= low) and (high is None or youngest <= high)


def _people_fit(opportunity: Opportunity, seeker: Seeker) -> bool:
    if opportunity.kind != HOUSEHOLD:
        return True
    low, high = opportunity.min_people, opportunity.max_people
    return (low is None or seeker.people >= low) and (high is None or seeker.people <= high)


def _asked(asked: Requirement, has: Strengths) -> Judged:
    """One requirement: its points if it is met, what can be reached, and what to say."""
    most = MUST if asked.must else WELCOME
    if asked.kind == LANGUAGE:
        level = has.languages.get(asked.code)
        met = level is not None and level >= asked.level
        what = "language" if asked.level else "spoken"
        params = {"language": asked.code, "level": level or 0, "asked": asked.level}
    elif asked.kind == LICENCE:
        met, what, params = asked.code in has.licences, "licence", {"licence": asked.code}
    else:
        met, what, params = asked.code in has.skills, "skill", {"skill": asked.code}
    return (most if met else 0), most, Reason(what, FITS if met else MISSING, params)


def _bounds(opportunity: Opportunity, seeker: Seeker) -> Iterator[Judged]:
    """What is said of age and household; both were decided before."""
    ages = (opportunity.min_age, opportunity.max_age)
    if ages != (None, None):
        known = seeker.ages is not None
        params = {"age": seeker.ages, "asked": ages}
        yield (MUST if known else 0), MUST, Reason("age", FITS if known else OPEN, params)
    people = (opportunity.min_people, opportunity.max_people)
    if opportunity.kind == HOUSEHOLD and people != (None, None):
        yield MUST, MUST, Reason("people", FITS, {"count": seeker.people, "asked": people})


def _details(opportunity: Opportunity, has: Strengths) -> Iterator[Judged]:
    """Field of work, hours and begin: welcome, never needed."""
    if opportunity.kind == CHILD:
        return
    if opportunity.occupation:
        met = opportunity.occupation in has.fields
        reason = Reason("field", FITS if met else MISSING, {"skill": opportunity.occupation})
        yield (EXPERIENCE if met else 0), EXPERIENCE, reason
    if opportunity.hours is not None:
        params = {"hours": has.hours, "asked": opportunity.hours}
        sign = _sign(has.hours, lambda hours: hours >= opportunity.hours)
        yield (DETAIL if sign == FITS else 0), DETAIL, Reason("hours", sign, params)
    if opportunity.starts_on is not None and opportunity.kind in PERSONAL:
        params = {"day": has.available_from}
        sign = _sign(has.available_from, lambda day: day <= opportunity.starts_on)
        yield (DETAIL if sign == FITS else 0), DETAIL, Reason("start", sign, params)


def _sign(known: Any, suits: Any) -> str:
    if known is None:
        return OPEN
    return FITS if suits(known) else MISSING
