"""CaseworkView: a table of the domain on the desk, as a short declaration.

Flask-Admin's peewee view with its gaps closed: every row passes `model.scope(actor)`,
every method its permission, every change is one transaction with its audit row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask_admin.contrib.peewee import ModelView
from peewee import ModelSelect

from admin.auth import current_actor
from admin.base.ajax import ScopedLoader, parse_id
from admin.base.changing import Changing
from admin.base.forms import DeskConverter, DeskForm
from admin.base.inline import InlineRowsConverter
from admin.base.listing import Listing
from admin.base.pages import DeskRules
from admin.base.shown import column_of, show_value
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext
from casework.core.db import Base

Section = tuple[Any, tuple[str, ...]]


class CaseworkView(DeskRules, Changing, Listing, ModelView):
    """One model as list, details and form.

    A screen declares `model`, `resource`, `title` and Flask-Admin's own attributes
    (`column_list`, `column_filters`, `form_columns`, `form_ajax_refs`, `can_create` …), and
    overrides `store` to call its verb. Beyond Flask-Admin: `related` (peewee loads),
    `records_reads`, `form_rows` ({name: function of the actor that gives the choices}),
    `form_choices` (codes of a JSON list), `column_choices` (words for codes, in lists,
    filters and forms alike), `form_sections`, `refusal_fields`, `search_keys`,
    `action_permissions`, `permissions`, `statement_budget`.
    """

    model: Any = None
    title: ClassVar[Any] = ""
    new_title: ClassVar[Any] = lazy_gettext("New entry")
    path: ClassVar[str] = ""
    intro: ClassVar[Any] = ""
    form_rows: ClassVar[Mapping[str, Callable[..., Any]] | None] = None
    form_choices: ClassVar[Mapping[str, Any] | None] = None
    form_sections: ClassVar[tuple[Section, ...]] = ()
    permissions: ClassVar[dict[str, str]] = {
        "index_view": "read",
        "search_view": "read",
        "details_view": "read",
        "create_view": "create",
        "edit_view": "edit",
        "delete_view": "delete",
        "action_view": "read",
        "export": "export",
        "ajax_lookup": "read",
        "ajax_update": "edit",
    }

    can_delete = False
    can_view_details = True
    page_size = 50
    form_base_class = DeskForm
    model_form_converter = DeskConverter
    inline_model_form_converter = InlineRowsConverter

    def __init__(self, model: Any = None, name: Any = None, **kwargs: Any) -> None:
        self.model = model or type(self).model
        if not self.resource:
            raise ValueError(f"{type(self).__name__} declares no resource.")
        kwargs.setdefault("endpoint", self.path or self.model._meta.table_name)
        super().__init__(self.model, name or self.title or None, **kwargs)

    def permission_for(self, method: str, verb: str = "GET") -> str:
        """The permission of an exposed method; a screen's own ones need not repeat the usual."""
        if method not in self.permissions and method in CaseworkView.permissions:
            return f"{self.resource}:{CaseworkView.permissions[method]}"
        return super().permission_for(method, verb)

    def allows(self, action: str) -> bool:
        """Whether the screen offers `create`, `edit`, `delete` or `export` to this reader."""
        offered = {
            "create": self.can_create,
            "edit": self.can_edit,
            "delete": self.can_delete,
            "export": self.can_export,
            "details": self.can_view_details,
        }
        return offered[action] and (action == "details" or self.may(action))

    def get_query(self) -> ModelSelect:
        """The rows that the reader may see: everything on the screen starts here."""
        return self.model.scope(current_actor())

    def get_one(self, id: Any) -> Base | None:
        """The row with this id within scope, or None: outside and absent look the same."""
        key = parse_id(id)
        return None if key is None else self.get_query().where(self.model.id == key).first()

    def get_column_name(self, field: str) -> Any:
        """The label of a column, from `column_labels` or from its name."""
        labels = self.column_labels or {}
        return labels.get(field) or lazy_gettext(field.replace("_", " ").capitalize())

    def shown(self, row: Base, name: str) -> Any:
        """A column of `row` as the desk shows it; dotted names follow references."""
        formatter = (self.column_formatters or {}).get(name)
        if formatter is not None:
            return formatter(self, None, row, name)
        value: Any = row
        *path, last = name.split(".")
        for part in path:
            value = getattr(value, part, None)
        holder = type(value) if isinstance(value, Base) else None
        value = getattr(value, last, None)
        words = dict((self.column_choices or {}).get(name, ()))
        if words and value in words:
            return _(str(words[value]))
        return show_value(value, column_of(holder, last) if holder else None)

    def sections(self, form: Any) -> list[tuple[Any, list[Any]]]:
        """The fields of a form in the order of `form_sections` or `form_columns`."""
        named = self.form_sections or (("", tuple(self.form_columns or ())),)
        placed = [(title, [form[n] for n in names if n in form]) for title, names in named]
        seen = {field.name for _title, fields in placed for field in fields}
        rest = [field for field in form if field.name not in seen]
        return [*placed, ("", rest)] if rest else placed

    def row_address(self, row: Base) -> str:
        """Where a row of the list leads to: its page, else its form; "" without either."""
        if self.can_view_details:
            return str(self.get_url(".details_view", id=row.id))
        return str(self.get_url(".edit_view", id=row.id)) if self.allows("edit") else ""

    def row_links(self, row: Base) -> list[tuple[Any, str]]:
        """Further links in a row of the list, as label and address."""
        return []

    def page_links(self, row: Base | None) -> list[tuple[Any, str]]:
        """Further links at the top of the list (without a row) or of a row's page."""
        return []

    def _create_ajax_loader(self, name: str, options: dict[str, Any]) -> ScopedLoader:
        reference: Any = column_of(self.model, name)
        return ScopedLoader(name, reference.rel_model, **options)

    def _refresh_forms_cache(self) -> None:
        self._form_ajax_refs = self._process_ajax_references()
        self.form_widget_args: Any = self.form_widget_args or {}
        self._create_form_class = self.get_create_form()
        self._edit_form_class = self.get_edit_form()
        self.column_editable_list = self.column_editable_list or ()
