"""Rows that belong to a row and are edited with it: scoped, recorded, in its transaction."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_admin.contrib.peewee.form import InlineModelConverter, InlineModelFormList
from peewee import ForeignKeyField
from wtforms.form import BaseForm
from wtforms.utils import unset_value

from admin.auth import current_actor, now
from admin.i18n import gettext as _
from casework.core import audit
from casework.core.db import Base

MOST_ROWS = 50
ADD = "_add_inline"


class InlineRows(InlineModelFormList):
    """The rows of one related table. A row left empty is not stored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_entries", MOST_ROWS)
        super().__init__(*args, **kwargs)
        self.label.text = kwargs.get("label") or self.label.text

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take the rows from the form, or those of the parent that the reader may see."""
        shown = not formdata and data is not None and data is not unset_value
        rows = list(self._own(data)) if shown else []
        super().process(formdata, rows)
        wants_more = request.form.get(ADD) == self.name
        if (wants_more or not formdata) and len(self.entries) < MOST_ROWS:
            self.append_entry()

    def validate(self, form: BaseForm, extra_validators: Any = ()) -> bool:
        """Check every row that says something."""
        self.errors = []
        for entry in self.entries:
            ignored = self.should_delete(entry) or _is_blank(entry)
            if not ignored and not entry.validate(form):
                self.errors.append(_("Please check this entry."))
        return not self.errors

    def save_related(self, obj: Base) -> None:
        """Store the rows under `obj`; those marked to go are deleted, alone."""
        by, at = current_actor(), now()
        known = {str(row.id): row for row in self._own(obj)}
        resource = self.model._meta.table_name
        for entry in self.entries:
            row = known.get(str(entry.get_pk() or ""))
            if row is not None and self.should_delete(entry):
                row.delete_instance(recursive=False)
                audit.record(f"{resource}:deleted", row, by=by, at=at)
            elif not self.should_delete(entry) and not _is_blank(entry):
                created = row is None
                row = row or self.model()
                entry.populate_obj(row, None)
                setattr(row, self.prop, obj)
                if created or row.is_dirty():
                    row.save(force_insert=created)
                    event = "created" if created else "changed"
                    audit.record(f"{resource}:{event}", row, by=by, at=at)

    def _own(self, parent: Any) -> Any:
        """The rows under `parent` that the reader may see; `parent` may be a back reference."""
        rows = self.model.scope(current_actor())
        if isinstance(parent, Base):
            return rows.where(getattr(self.model, self.prop) == parent.id)
        return rows.where(self.model.id << [row.id for row in parent])


class InlineRowsConverter(InlineModelConverter):
    """Finds the reference by its type's bases, and brings the key along."""

    inline_field_list_type = InlineRows

    def contribute(self, converter: Any, model: Any, form_class: Any, inline_model: Any) -> Any:
        info = self.get_info(inline_model)
        columns = getattr(info, "form_columns", None)
        if columns is not None and "id" not in columns:
            info.form_columns = ("id", *columns)
        if not any(
            isinstance(field, ForeignKeyField) and field.rel_model is model
            for field in info.model._meta.sorted_fields
        ):
            raise ValueError(f"{info.model.__name__} names no {model.__name__}.")
        return super().contribute(converter, model, form_class, info)


def _is_blank(entry: Any) -> bool:
    """Whether a new row says nothing that its defaults would not."""
    if entry.get_pk():
        return False
    return all(
        not field.data or field.data == field.default
        for name, field in entry.form._fields.items()
        if name != "id"
    )
