"""Forms of the desk, and the converter that chooses the field that fits a column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask_admin.contrib.peewee.form import CustomModelConverter
from flask_admin.form import BaseForm
from peewee import (
    BooleanField,
    CharField,
    DateField,
    Field,
    ForeignKeyField,
    IntegerField,
    JSONField,
    TextField,
)
from wtforms import fields, validators
from wtfpeewee.orm import FieldInfo

from admin.base.fields import (
    LONG_LINE,
    CodesField,
    LabelsField,
    LinesField,
    MomentField,
    RowField,
    TristateField,
    WordsField,
)
from admin.i18n import gettext as _
from casework.core.crypto import SealedField, SealedJSONField
from casework.core.db import IdField, UtcField, clean
from casework.core.refusals import Refusal

LONGEST_PROSE = 20_000


class DeskForm(BaseForm):
    """A form in the reader's language. A file sent for a text counts as nothing.

    `refusal` is what the verb said that was called with it, where it said no.
    """

    refusal: Refusal | None = None

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        if formdata is not None and hasattr(formdata, "getlist"):
            formdata = _Texts(formdata)
        super().process(formdata, *args, **kwargs)


class _Texts:
    """Posted values without control characters; files where text belongs are left out."""

    def __init__(self, posted: Any) -> None:
        self.posted = posted

    def __contains__(self, name: str) -> bool:
        return name in self.posted

    def __iter__(self) -> Iterator[str]:
        return iter(self.posted)

    def __len__(self) -> int:
        return len(self.posted)

    def getlist(self, name: str) -> list[Any]:
        return [clean(v) for v in self.posted.getlist(name) if isinstance(v, str)]


class DeskConverter(CustomModelConverter):
    """Chooses a form field by the column's type and its bases, the nearest first."""

    def convert(self, model: Any, field: Field, field_args: dict[str, Any] | None) -> FieldInfo:
        options = self._options(field, dict(field_args or {}))
        if field.name in self.overrides:
            return FieldInfo(field.name, self.overrides[field.name](**options))
        for kind in type(field).__mro__:
            make = _MAKERS.get(kind)
            if make is not None:
                return FieldInfo(field.name, make(self, field, options))
        return super().convert(model, field, field_args)

    def _options(self, field: Field, options: dict[str, Any]) -> dict[str, Any]:
        """Label, default and validators, which an argument of the screen overrides."""
        labels = getattr(self.view, "column_labels", None) or {}
        options.setdefault("label", labels.get(field.name) or self.view.get_column_name(field.name))
        options.setdefault("description", field.help_text or "")
        options.setdefault("default", field.default)
        checks = list(options.get("validators") or [])
        decided = validators.Optional | validators.InputRequired | validators.DataRequired
        if not any(isinstance(check, decided) for check in checks):
            optional = field.null or field.default is not None or isinstance(field, BooleanField)
            checks.insert(0, validators.Optional() if optional else validators.InputRequired())
        options["validators"] = checks
        return options

    def reference(self, field: Any, options: dict[str, Any]) -> fields.Field:
        loader = getattr(self.view, "_form_ajax_refs", {}).get(field.name)
        rows = (getattr(self.view, "form_rows", None) or {}).get(field.name)
        options.pop("default")
        return RowField(
            model=field.rel_model, loader=loader, rows=rows, allow_blank=field.null, **options
        )

    def words(self, field: Field, options: dict[str, Any]) -> fields.Field:
        options.setdefault("choices", field.choices)
        blank = field.null or field.default == ""
        return WordsField(blank=blank, **options)

    def line(self, field: CharField, options: dict[str, Any]) -> fields.Field:
        words = (getattr(self.view, "column_choices", None) or {}).get(field.name)
        if words:
            options.setdefault("choices", words)
        if field.choices or "choices" in options:
            return self.words(field, options)
        return self.text(field, options, field.max_length or LONG_LINE)

    def prose(self, field: TextField, options: dict[str, Any]) -> fields.Field:
        return self.text(field, options, LONGEST_PROSE)

    def sealed(self, field: SealedField, options: dict[str, Any]) -> fields.Field:
        return self.text(field, options, field.max_length)

    def text(self, field: Field, options: dict[str, Any], longest: int) -> fields.Field:
        options["validators"].append(validators.Length(max=longest))
        empty = None if field.null else ""
        options["filters"] = [*options.get("filters", ()), _stripped(empty)]
        options.setdefault("render_kw", {}).setdefault("maxlength", longest)
        kind = fields.TextAreaField if longest > LONG_LINE else fields.StringField
        return kind(**options)

    def json(self, field: JSONField, options: dict[str, Any]) -> fields.Field:
        choices = (getattr(self.view, "form_choices", None) or {}).get(field.name)
        if choices is not None or "choices" in options:
            options.setdefault("choices", choices)
            return CodesField(**options)
        kind = LabelsField if field.default is dict else LinesField
        return kind(**options)

    def boolean(self, field: BooleanField, options: dict[str, Any]) -> fields.Field:
        return (TristateField if field.null else fields.BooleanField)(**options)

    def number(self, field: IntegerField, options: dict[str, Any]) -> fields.Field:
        options["validators"].append(validators.NumberRange(min=-(2**31), max=2**31 - 1))
        return fields.IntegerField(**options)

    def day(self, field: DateField, options: dict[str, Any]) -> fields.Field:
        options["validators"].append(_plausible_day)
        return fields.DateField(format=["%Y-%m-%d", "%d.%m.%Y"], **options)

    def moment(self, field: UtcField, options: dict[str, Any]) -> fields.Field:
        return MomentField(**options)

    def key(self, field: IdField, options: dict[str, Any]) -> fields.Field:
        return fields.HiddenField(label=options["label"])


def _stripped(empty: str | None) -> Callable[[Any], Any]:
    """Outer blanks go; nothing at all is stored as the column wants it."""
    return lambda text: (text.strip() or empty) if isinstance(text, str) else text


def _plausible_day(form: Any, field: Any) -> None:
    if field.data is not None and not 1900 <= field.data.year <= 2200:
        raise validators.ValidationError(_("Please enter a date between 1900 and 2200."))


_MAKERS: dict[type, Callable[..., fields.Field]] = {
    ForeignKeyField: DeskConverter.reference,
    IdField: DeskConverter.key,
    SealedJSONField: DeskConverter.json,
    SealedField: DeskConverter.sealed,
    CharField: DeskConverter.line,
    TextField: DeskConverter.prose,
    JSONField: DeskConverter.json,
    BooleanField: DeskConverter.boolean,
    IntegerField: DeskConverter.number,
    DateField: DeskConverter.day,
    UtcField: DeskConverter.moment,
}
