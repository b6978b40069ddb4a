"""Languages and opening times in the forms of the directory: edited as rows, stored by verbs."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from flask_admin.model.form import InlineFormAdmin
from wtforms import StringField, TextAreaField, fields, validators
from wtforms.form import BaseForm
from wtforms.utils import unset_value

from admin.auth import current_actor, now
from admin.base import CodesField
from admin.base.ajax import parse_id
from admin.base.inline import InlineRows, InlineRowsConverter
from admin.directory_shown import day_names
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from casework.core.db import Base
from casework.formats.hsds.values import language_code, time_of_day, weekdays
from casework.opening_times import (
    COLUMNS,
    WEEKDAYS,
    OpeningTime,
    faults,
    opening_times_of,
    read_times,
    set_opening_times,
)
from casework.providers import Schedule, SpokenLanguage, set_languages


class VerbRows(InlineRows):
    """Rows that one verb stores together; rows that the form does not show stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = InlineRows.__name__  # the templates draw both alike

    def filled(self) -> Iterator[tuple[Any, uuid.UUID | None]]:
        """The entries that say something and stay, each with the key of its row."""
        for entry in self.entries:
            key = parse_id(entry.get_pk())
            says = any(field.data for field in entry.form if field.name != entry.form.id.name)
            if not self.should_delete(entry) and (key or says):
                yield entry, key

    def removed(self) -> set[uuid.UUID | None]:
        """Keys of the rows that are marked to go."""
        return {parse_id(entry.get_pk()) for entry in self.entries if self.should_delete(entry)}


class LanguageList(VerbRows):
    """Languages that are spoken at a service."""

    def save_related(self, obj: Base) -> None:
        """Store them under the service `obj`, if anything is different."""
        known = {row.id: row for row in self._own(obj)}
        before = {key: (row.name, row.note) for key, row in known.items()}
        gone = self.removed()
        wanted = {key: row for key, row in known.items() if key not in gone}
        new = []
        for entry, key in self.filled():
            row = wanted.get(key) or SpokenLanguage()
            entry.populate_obj(row, None)
            if key not in wanted:
                new.append(row)
        after = {key: (row.name, row.note) for key, row in wanted.items()}
        if new or after != before:
            set_languages(obj, [*wanted.values(), *new], by=current_actor(), at=now())


class TimesList(VerbRows):
    """Opening times of a service or a location; what cannot be is said beside the field."""

    stored: tuple[OpeningTime, ...] = ()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Remember what is stored: rows of an import are judged only once they are changed."""
        if data is not None and data is not unset_value:
            self.stored = tuple(read_times(data))
        super().process(formdata, data, extra_filters)

    def _own(self, parent: Any) -> list[Schedule]:
        """The rows in the order of the week."""
        rows = {row.id: row for row in super()._own(parent)}
        return [rows[each.row] for each in read_times(rows.values())]

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        """Each row by itself, then all of them together."""
        if not super().validate(form, extra_validators):
            return False
        entries, times = self._read(self.stored)
        for index, refusal in faults(times, self.stored):
            field = entries[index].form[refusal.column]
            field.errors = [*field.errors, refusal.text(reading_language())]
            self.errors.append(_("Please check this entry."))
        return not self.errors

    def save_related(self, obj: Any) -> None:
        """Store them under `obj`, if anything is different."""
        stored = opening_times_of(obj)
        _entries, times = self._read(stored)
        if set(times) != set(stored):
            set_opening_times(obj, times, by=current_actor(), at=now())

    def _read(self, stored: Iterable[OpeningTime]) -> tuple[list[Any], list[OpeningTime]]:
        """What the form says: entries and times side by side, then what it does not show."""
        gone = self.removed()
        kept = {each.row: each for each in stored if each.row not in gone}
        entries, times = [], []
        for entry, key in self.filled():
            said: dict[str, Any] = {column: entry.form[column].data or "" for column in COLUMNS}
            times.append(dataclasses.replace(kept.pop(key, OpeningTime()), **said))
            entries.append(entry)
        return entries, [*times, *kept.values()]


class DaysField(CodesField):
    """Weekdays as check boxes; `data` is the text of HSDS, such as `MO,TU`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[], **kwargs)
        self.type = CodesField.__name__  # the templates draw both alike

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = ",".join(dict.fromkeys(valuelist))

    def iter_choices(self) -> Iterator[Any]:
        """The week, and what an import brought beyond it, such as the first Friday."""
        names = day_names("wide")
        ticked = self._codes()
        for code in dict.fromkeys([*WEEKDAYS, *ticked]):
            yield fields.Choice(code, names.get(code, code), code in ticked, {})

    def pre_validate(self, form: BaseForm) -> None:
        if ",".join(self._codes()) != self.data:
            raise validators.ValidationError(_("Please choose the days once more."))

    def _codes(self) -> list[str]:
        """The codes in `data` that RFC 5545 knows."""
        return [code for code in self.data.split(",") if code and weekdays(code)[0] == code]


class TimeField(StringField):
    """A time of day as people write it, kept as `09:30`."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = time_of_day(text)[0] or text

    def pre_validate(self, form: BaseForm) -> None:
        if self.data and not time_of_day(self.data)[0]:
            raise validators.ValidationError(_("Please write a time such as 09:30."))


class LanguageField(StringField):
    """A language by its name; the code that it is found by follows from the name."""

    def populate_obj(self, obj: Any, name: str) -> None:
        """Set both columns."""
        if obj.name != self.data:
            obj.name, obj.code = self.data, language_code(self.data)[:16]


class DirectoryConverter(InlineRowsConverter):
    """Gives rows the list that their declaration asks for."""

    def contribute(self, converter: Any, model: Any, form_class: Any, inline_model: Any) -> Any:
        self.inline_field_list_type = getattr(inline_model, "list_type", InlineRows)
        return super().contribute(converter, model, form_class, inline_model)


class LanguageRows(InlineFormAdmin):
    """Languages that are spoken."""

    list_type = LanguageList
    form_label = _l("Languages spoken")
    form_columns = ()
    form_extra_fields = {
        "name": LanguageField(
            _l("Language"), [validators.InputRequired(), validators.Length(max=120)],
            render_kw={"maxlength": 120, "list": "languages"},
        ),
        "note": StringField(
            _l("Remark"), [validators.Length(max=300)], filters=[lambda text: (text or "").strip()],
            render_kw={"maxlength": 300},
        ),
    }  # fmt: skip


class TimeRows(InlineFormAdmin):
    """Opening times: one row for all days of the same hours."""

    list_type = TimesList
    form_label = _l("Opening times")
    form_columns = ()
    form_extra_fields = {
        "byday": DaysField(_l("Days")),
        "opens_at": TimeField(_l("From"), render_kw={"maxlength": 16, "size": 6}),
        "closes_at": TimeField(_l("To"), render_kw={"maxlength": 16, "size": 6}),
        "description": TextAreaField(
            _l("Remark"), [validators.Length(max=1000)],
            filters=[lambda text: (text or "").strip()], render_kw={"rows": 1, "maxlength": 1000},
        ),
    }  # fmt: skip


LANGUAGES_SPOKEN, OPENING_TIMES = LanguageRows(SpokenLanguage), TimeRows(Schedule)
