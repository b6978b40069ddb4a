"""How entries of the directory look in lists and on pages: places, languages, how fresh."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

from babel.dates import get_day_names
from markupsafe import Markup

from admin.auth import now
from admin.base.shown import NOTHING
from admin.i18n import gettext as _
from admin.i18n import ngettext, reading_language
from admin.words import ago, language_name, word
from casework.opening_times import WEEKDAYS, OpeningTime
from casework.providers import SERVICE_STATES, Location, Service, SpokenLanguage

OLD_REPORT = timedelta(days=30)
OLD_CHECK = timedelta(days=365)
MOST_NAMED = 2


def tag(text: str, kind: str = "") -> Markup:
    """A word in a frame; `kind` is `good`, `bad`, `accent` or nothing."""
    return Markup('<span class="{}">{}</span>').format(f"tag {kind}".strip(), text)


def quiet(text: str) -> Markup:
    """Text that steps back."""
    return Markup('<span class="quiet-text">{}</span>').format(text) if text else Markup()


def two_lines(first: Any, second: Any) -> Markup:
    """Something, and what steps back beneath it."""
    below = Markup("<br>{}").format(second if isinstance(second, Markup) else quiet(str(second)))
    return Markup("<span>{}{}</span>").format(first, below if str(second) else "")


def is_older(moment: datetime | None, span: timedelta) -> bool:
    """Whether `moment` is longer ago than `span`, or never was."""
    return moment is None or moment < now() - span


def show_capacity(service: Service, *, stacked: bool = False) -> Markup:
    """Free places with who waits, and how old that is; `stacked` for narrow cells."""
    free, waiting = service.capacity_free, service.capacity_waiting
    if free is None and waiting is None:
        return quiet(_("not known"))
    words = []
    if free:
        words.append(tag(ngettext("%(count)s place free", "%(count)s places free", free), "good"))
    elif free == 0:
        words.append(tag(_("full")))
    if waiting:
        words.append(Markup("{}").format(_("%(count)s waiting", count=waiting)))
    age = quiet(ago(service.capacity_at))
    return two_lines(Markup(" ").join(words), age) if stacked else Markup(" ").join([*words, age])


def show_checked(row: Any) -> Markup:
    """When an entry was last found true; one that nobody looked at for a year stands out."""
    shown = ago(row.checked_at) or _("never checked")
    old = is_older(row.checked_at, OLD_CHECK)
    return tag(shown, "accent") if old else Markup("{}").format(shown)


def called_language(row: SpokenLanguage) -> str:
    """A spoken language as the reader calls it, or as the source wrote it."""
    known = language_name(row.code) if row.code else ""
    return known if known and known != row.code else row.name


def show_languages(rows: Iterable[SpokenLanguage]) -> str:
    """Languages by name, each once."""
    return ", ".join(sorted({called_language(row) for row in rows})) or NOTHING


def show_categories(service: Service, most: int = MOST_NAMED) -> str | Markup:
    """What a service helps with: the first names, and how many more there are."""
    names = [each.category.label(reading_language()) for each in service.categories]
    if not names:
        return quiet(_("no need named"))
    further = len(names) - most
    shown = ", ".join(names[:most])
    return f"{shown} +{further}" if further > 0 else shown


def show_status(row: Service) -> Any:
    """The status of a service; one that is not active stands out."""
    name = word(SERVICE_STATES, row.status)
    return name if row.status == "active" else tag(name, "accent")


def called_service(row: Service) -> Markup:
    """A service with its organisation beneath; a status other than active stands beside."""
    beside = Markup("") if row.status == "active" else show_status(row)
    return two_lines(Markup("{} {}").format(row.name, beside), row.organization.name)


def day_names(width: Literal["wide", "abbreviated"]) -> dict[str, str]:
    """The days of the week by their code, `wide` or `abbreviated`, in the reader's language."""
    names = get_day_names(width, locale=reading_language())
    return {code: names[number] for number, code in enumerate(WEEKDAYS)}


def show_days(time: OpeningTime) -> str:
    """Days in short: “Mon–Fri, Sun”. A day that no week has stands as the source wrote it."""
    names = day_names("abbreviated")
    runs: list[list[str]] = []
    for code in time.days:
        follows = runs and code in WEEKDAYS and WEEKDAYS.index(code)
        if follows and runs[-1][-1] == WEEKDAYS[WEEKDAYS.index(code) - 1]:
            runs[-1].append(code)
        else:
            runs.append([code])
    return ", ".join(_run([names.get(code, code) for code in run]) for run in runs)


def _run(days: list[str]) -> str:
    """Three days or more in a row by the first and the last."""
    return f"{days[0]}–{days[-1]}" if len(days) > 2 else ", ".join(days)


def show_hours(time: OpeningTime) -> Markup:
    """One row of opening times: days, hours, remark."""
    hours = "–".join(filter(None, (time.opens_at, time.closes_at)))
    parts = [Markup("{}").format(show_days(time)), Markup('<bdi dir="ltr">{}</bdi>').format(hours)]
    if time.description:
        parts.append(
            Markup('<span class="quiet-text" dir="auto">{}</span>').format(time.description)
        )
    return Markup(" ").join(part for part in parts if part.striptags())


def show_address(row: Location) -> str:
    """The addresses of a place on one line."""
    return " · ".join(str(each) for each in row.address_set) or NOTHING


def show_confidential(row: Location) -> Any:
    """Whether a place must stay unknown outside."""
    return tag(_("confidential"), "accent") if row.confidential else quiet(_("no"))
