"""What is known about a person, as form fields: read and checked as in the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel.speaklater import LazyString
from wtforms import fields, validators

from admin.base import CodesField
from admin.base.fields import WordsField
from admin.i18n import gettext as _
from admin.i18n import reading_language
from admin.words import language_name, today
from casework.core.countries import country_codes, country_name
from casework.core.i18n import LANGUAGES, N_
from casework.core.tongues import FURTHER
from casework.questionnaires.answers import BIRTH_DATE, read_value
from casework.questionnaires.definitions import Question

NEEDED = validators.DataRequired
INTERPRETER = {"yes": N_("needed"), "sometimes": N_("sometimes needed"), "no": N_("not needed")}
CHANNELS = {
    "phone": N_("call"),
    "sms": N_("text message"),
    "email": N_("e-mail"),
    "letter": N_("letter"),
    "status_page": N_("status page"),
}
TIMES = {
    "morning": N_("in the morning"),
    "midday": N_("at noon"),
    "afternoon": N_("in the afternoon"),
    "evening": N_("in the evening"),
}


def named(tags: Iterable[str]) -> list[tuple[str, Any]]:
    """Languages as choices whose names are looked up when they are shown."""
    return [(tag, LazyString(language_name, tag)) for tag in tags]


def countries() -> list[tuple[str, Any]]:
    """All countries as choices whose names are looked up when they are shown."""
    return [(code, LazyString(_country, code)) for code in country_codes()]


def _country(code: str) -> str:
    return country_name(code, reading_language())


COUNTRIES = countries()
READ_IN = named(LANGUAGES)
SPOKEN = [*named((*LANGUAGES, *FURTHER)), ("other", N_("another language"))]


class _PortalField(fields.StringField):
    """A text that the portal's own reader understands; `data` is the canonical answer."""

    question = Question(type="text", name="answer")

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        found, problem = read_value(self.question, [typed], today=today())
        self.data = str(found) if found else None
        if problem is not None:
            raise ValueError(problem.message(reading_language())[0])


class BirthField(_PortalField):
    """A date of birth, or only the year: `1990-05-17`, `17.05.1990` or `1990`."""

    question = Question(type="date", name="birth_date", appearance=(BIRTH_DATE,))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return show_birth(self.data)


class PhoneField(_PortalField):
    """A phone number in international form where that can be told."""

    question = Question(type="tel", name="phone")
    widget = fields.TelField.widget


class MailField(_PortalField):
    """An e-mail address."""

    question = Question(type="email", name="email")
    widget = fields.EmailField.widget


class LineTextField(fields.StringField):
    """One line of text; nothing at all is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = " ".join(valuelist[0].split()) or None if valuelist else None


class TextField(fields.TextAreaField):
    """Text of several lines without outer blanks."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip() if valuelist else ""


def line(label: Any, longest: int, *checks: Any, **kwargs: Any) -> LineTextField:
    """One line of at most `longest` characters."""
    return LineTextField(
        label, [*(checks or (validators.Optional(),)), validators.Length(max=longest)],
        render_kw={"maxlength": longest}, **kwargs,
    )  # fmt: skip


def prose(label: Any, longest: int, *checks: Any, rows: int = 4, **kwargs: Any) -> TextField:
    """Text of at most `longest` characters."""
    return TextField(
        label, [*(checks or (validators.Optional(),)), validators.Length(max=longest)],
        render_kw={"maxlength": longest, "rows": rows, "dir": "auto"}, **kwargs,
    )  # fmt: skip


def words(label: Any, table: dict[str, str], *, blank: bool = False, **kwargs: Any) -> WordsField:
    """One of the codes of `table`, shown in the reader's words."""
    return WordsField(label, choices=list(table.items()), blank=blank, **kwargs)


def codes(label: Any, table: dict[str, str], **kwargs: Any) -> CodesField:
    """Several of the codes of `table`."""
    return CodesField(label, choices=list(table.items()), **kwargs)


def show_birth(stored: str | None) -> str:
    """A stored date of birth as it is written here: `17.05.1990`, or the year alone."""
    if not stored or len(stored) != 10:
        return stored or ""
    year, month, day = stored.split("-")
    return f"{day}.{month}.{year}"


def describe_age(stored: str | None) -> str:
    """“36 years”, or “36 or 35 years” where only the year is known; nothing without a date."""
    if not stored or not stored[:4].isdigit():
        return ""
    day = today()
    years = day.year - int(stored[:4])
    if len(stored) == 10:
        years -= (day.month, day.day) < (int(stored[5:7]), int(stored[8:10]))
        return _("%(years)s years", years=years)
    return _("about %(years)s years", years=years)
