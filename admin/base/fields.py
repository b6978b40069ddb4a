"""Fields of the desk's forms, beyond those that WTForms brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from wtforms import fields, validators, widgets
from wtforms.utils import unset_value

from admin.auth import current_actor
from admin.base.ajax import ScopedLoader, parse_id
from admin.base.shown import name_of, site_zone
from admin.i18n import gettext as _
from casework.core.clock import from_local, in_zone
from casework.core.db import Base
from casework.core.i18n import LANGUAGES

MOST_OPTIONS = 500
LONG_LINE = 300


class RowField(fields.SelectField):
    """One row of another table within the reader's scope; `data` is the row itself.

    `rows(actor)` narrows or orders the choice. With a `loader` the choice is the present
    row and what was searched for, so that it stays short.
    """

    widget = widgets.Select()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        model: type[Base] | None = None,
        rows: Callable[[Any], Any] | None = None,
        loader: ScopedLoader | None = None,
        allow_blank: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, choices=[], validate_choice=False, **kwargs)
        self.model: Any = loader.model if loader else model
        self.rows, self.loader, self.allow_blank = rows, loader, allow_blank
        self.found: list[Base] = []
        self.unknown = False

    def iter_choices(self) -> Iterator[Any]:
        if self.allow_blank:
            yield fields.Choice("", "–", self.data is None, {})
        for row in self._offered():
            yield fields.Choice(str(row.id), name_of(row), self._is_chosen(row), {})

    def _is_chosen(self, row: Base) -> bool:
        return self.data is not None and row.id == self.data.id

    def _offered(self) -> list[Base]:
        if self.loader is None:
            rows = list(self._query().limit(MOST_OPTIONS))
            rows.sort(key=name_of) if self.rows is None else None
        else:
            rows = list(self.found)
        if self.data is not None and all(row.id != self.data.id for row in rows):
            rows.insert(0, self.data)
        return rows

    def _query(self) -> Any:
        actor = current_actor()
        return self.rows(actor) if self.rows else self.model.scope(actor)

    def process_data(self, value: Any) -> None:
        self.data = value if isinstance(value, Base) else None

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        key = parse_id(valuelist[0])
        if key is not None:
            self.data = self._query_one(key)
        self.unknown = bool(valuelist[0]) and self.data is None

    def _query_one(self, key: Any) -> Base | None:
        if self.loader is not None:
            return self.loader.get_one(key)
        return self._query().where(self.model.id == key).first()

    def search(self, words: str) -> None:
        """Offer what the look-up finds for `words`."""
        if self.loader is not None:
            self.found = self.loader.get_list(words)

    def pre_validate(self, form: Any) -> None:
        if self.unknown:
            raise validators.StopValidation(_("Please choose one of the entries in the list."))


class LabelsField(fields.Field):
    """Texts by language (`{tag: text}`): one input for each language, empty ones left out."""

    widget = widgets.TextInput()

    def __init__(self, label: Any = None, validators: Any = None, *, longest: int = LONG_LINE,
                 tags: Iterable[str] = tuple(LANGUAGES), needed: Iterable[str] = (),
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(label, validators, **kwargs)
        self.longest, self.needed = longest, tuple(needed)
        self.tags = tuple(tags)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.errors: Any = ()
        self.process_errors: list[str] = []
        if data is unset_value:
            data = self.default() if callable(self.default) else self.default
        self.object_data = data
        self.data = dict(data or {})
        if formdata is not None and any(f"{self.name}-{tag}" in formdata for tag in self.tags):
            for tag in self.tags:
                given = formdata.getlist(f"{self.name}-{tag}")
                self.data[tag] = " ".join(given[0].split()) if given else ""
        self.data = {tag: text for tag, text in self.data.items() if text}

    def inputs(self) -> list[tuple[Any, str, str]]:
        """Language, name of the input and present text, one for each language."""
        return [(LANGUAGES[tag], f"{self.name}-{tag}", self.data.get(tag, "")) for tag in self.tags]

    def pre_validate(self, form: Any) -> None:
        missing = [LANGUAGES[tag].autonym for tag in self.needed if not self.data.get(tag)]
        if missing:
            raise validators.StopValidation(
                _("Please enter a text in: %(languages)s.", languages=", ".join(missing))
            )
        if any(len(text) > self.longest for text in self.data.values()):
            raise validators.StopValidation(
                _("At most %(most)s characters, please.", most=self.longest)
            )


class MomentField(fields.DateTimeLocalField):
    """A moment in the site's zone, stored as UTC."""

    data: Any

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, validators, format=formats, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return in_zone(self.data, site_zone()).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(
                _("This day or time does not exist. Please write it as in 24.12.2026 14:30.")
            ) from error
        if isinstance(self.data, datetime) and self.data.tzinfo is None:
            typed, self.data = self.data, None
            if not 1900 <= typed.year <= 2200:
                raise ValueError(_("Please enter a date between 1900 and 2200."))
            moment = from_local(typed, site_zone())
            if in_zone(moment, site_zone()).replace(tzinfo=None) != typed:
                raise ValueError(
                    _("The clocks are put forward then: this time does not exist. "
                      "Please choose an hour earlier or later.")
                )  # fmt: skip
            self.data = moment


class LinesField(fields.TextAreaField):
    """A list of short texts, one a line."""

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else "\n".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = [line.strip() for line in text.splitlines() if line.strip()][:200]


class CodesField(fields.SelectMultipleField):
    """Several of a fixed list of codes, as check boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, *args: Any, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, choices=options_of(choices), **kwargs)


def options_of(pairs: Any) -> list[fields.SelectChoice]:
    """Pairs of code and word as WTForms wants the choices of a field."""
    return [fields.SelectChoice(value, word) for value, word in pairs]


class TristateField(fields.SelectField):
    """Yes, no or not known; an unchanged save keeps "not known"."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, coerce=_tristate, choices=[], **kwargs)

    def iter_choices(self) -> Iterator[Any]:
        for value, word in (("", "–"), ("1", _("yes")), ("0", _("no"))):
            yield fields.Choice(value, word, _tristate(value) is self.data, {})

    def pre_validate(self, form: Any) -> None:
        """Whatever `_tristate` makes of a value is one of the three."""


def _tristate(value: Any) -> bool | None:
    if value in (None, "", "None"):
        return None
    return value in (True, "1", "True", "true", "on")


class WordsField(fields.SelectField):
    """A column with a fixed list of values, shown in the reader's words.

    `choices` are pairs of value and word, or a function that gives them.
    """

    def __init__(self, *args: Any, choices: Any = (), blank: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, choices=[], **kwargs)
        self.offered = [(str(v), w) for v, w in (choices() if callable(choices) else choices)]
        self.blank = blank

    def iter_choices(self) -> Iterator[Any]:
        if self.blank:
            yield fields.Choice("", "–", not self.data, {})
        for value, word in self.offered:
            yield fields.Choice(value, _(str(word)), value == str(self.data), {})

    def pre_validate(self, form: Any) -> None:
        known = {value for value, _word in self.offered}
        if not (self.blank and not self.data) and str(self.data) not in known:
            raise validators.StopValidation(_("Please choose one of the entries in the list."))
