"""The list of a screen: search, filters, order, pages, bulk actions, export, cells to edit."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Response, abort, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from peewee import JOIN, Field, ForeignKeyField, JSONField, ModelSelect
from werkzeug.utils import secure_filename

from admin.auth import current_actor, now
from admin.base import lists
from admin.base.ajax import parse_id
from admin.base.exports import TYPES, WRITERS
from admin.base.filters import DeskFilter, filters_for
from admin.base.pages import safe_url
from admin.base.whole import Whole
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext
from casework.core import audit
from casework.core.crypto import SealedField
from casework.core.db import transaction
from casework.core.lookups import Key, find_all

MOST_CHOSEN = 500


class Listing(Whole):
    """The half of `CaseworkView` that shows many rows."""

    related: ClassVar[tuple[Any, ...] | None] = None
    column_default_order: ClassVar[Any] = None
    statement_budget: ClassVar[int] = 12
    action_permissions: ClassVar[dict[str, str]] = {}
    export_max_rows = 5_000
    export_types = ("csv", "xlsx")

    def search_keys(self, words: str) -> list[Key]:
        """Keys of sealed columns that a row must have to be found; none by default."""
        return []

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """`query` narrowed to what a search box means by `words`."""
        keys = self.search_keys(words)
        if keys:
            found = find_all(self.model._meta.table_name, keys)
            return query.where(self.model.id << list(found))
        return lists.searched(query, words, self._search_fields) if self._search_fields else query

    def init_search(self) -> bool:
        """Whether the screen has a search box. Raises ValueError for a sealed column."""
        names = self.column_searchable_list or ()
        self._search_fields = [getattr(self.model, n) if isinstance(n, str) else n for n in names]
        if any(isinstance(field, SealedField) for field in self._search_fields):
            raise ValueError(f"{type(self).__name__}: sealed columns are found by search_keys.")
        own = (type(self).search_keys, type(self).search) != (Listing.search_keys, Listing.search)
        return bool(self._search_fields) or own

    def get_filters(self) -> list[DeskFilter]:
        """One or two plain filters for each entry of `column_filters`."""
        made: list[DeskFilter] = []
        for entry in self.column_filters or ():
            if isinstance(entry, DeskFilter):
                made.append(entry)
            elif isinstance(entry, str):
                column, label = getattr(self.model, entry), self.get_column_name(entry)
                made.extend(filters_for(column, label, entry, self._words(entry)))
            else:
                key = f"{entry.model._meta.table_name}_{entry.name}"
                made.extend(filters_for(entry, self.get_column_name(key), key))
        return made

    def _words(self, name: str) -> Any:
        return (self.column_choices or {}).get(name)

    def _refresh_filters_cache(self) -> None:
        self.desk_filters = {each.key: each for each in self.get_filters()}
        self._filters = None
        self._filter_groups = None
        self._filter_args = None

    def scaffold_sortable_columns(self) -> dict[str, Field]:
        """Columns whose order means something: neither sealed nor JSON nor a reference."""
        unsorted = SealedField | JSONField | ForeignKeyField
        fields = self.model._meta.fields
        return {
            name: field
            for name, field in fields.items()
            if not isinstance(field, unsorted) and name != "id"
        }

    def get_sortable_columns(self) -> dict[str, Field]:
        """Names in the list and the columns that order by them. ValueError for a sealed one."""
        found = {}
        for name, wanted in super().get_sortable_columns().items():  # type: ignore[misc]
            field = self.model._meta.fields[wanted] if isinstance(wanted, str) else wanted
            if isinstance(field, SealedField):
                raise ValueError(f"{name} is sealed: a list cannot be ordered by it.")
            found[name] = field
        return found

    def loads(self) -> tuple[Any, ...]:
        """What is loaded beside the rows: `related`, or each reference among the columns."""
        if self.related is not None:
            return self.related
        fields = self.model._meta.fields
        shown = {name.split(".")[0] for name, _label in self._list_columns}
        return tuple(f for n, f in fields.items() if n in shown and isinstance(f, ForeignKeyField))

    def selected(self, asked: lists.Asked) -> ModelSelect:
        """The rows that the address asks for, in its order, within scope."""
        query = self.get_query()
        if asked.search and self._search_supported:
            query = self.search(query, asked.search)
        for key, value in asked.filters.items():
            chosen = self.desk_filters[key]
            query = chosen.apply(query, chosen.clean(value))
        column = self._sortable_columns.get(asked.sort)
        if column is not None and column.model is not self.model:
            query = query.ensure_join(self.model, column.model, join_type=JOIN.LEFT_OUTER)
        return lists.ordered(query, column, asked.descending, self._usual_order())

    def _usual_order(self) -> list[Any]:
        """`column_default_order` as columns: a name, (name, descending) or a list of these."""
        wanted = self.column_default_order
        each = wanted if isinstance(wanted, list) else [wanted] if wanted else []
        order = []
        for entry in each:
            name, descending = entry if isinstance(entry, tuple) else (entry, False)
            field = getattr(self.model, name) if isinstance(name, str) else name
            order.append(field.desc() if descending else field.asc())
        return order

    def asked(self) -> lists.Asked:
        """What the present address asks for."""
        return lists.Asked.from_request(self.desk_filters, self._sortable_columns)

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """One page of the list."""
        asked = self.asked()
        page = lists.fetch(
            self.selected(asked), page=asked.page, size=self.page_size, related=self.loads()
        )
        self._note_search(asked, page.count)
        return self.render(self.list_template, **self.list_values(asked, page))

    @expose("/search/", methods=("POST",))
    def search_view(self) -> ResponseReturnValue:
        """Take what was typed into the search box, and go where the address does not show it."""
        wanted = lists.Asked.from_request(self.desk_filters, (), request.form)
        wanted.search = lists.tidy(request.form.get("search", ""))
        return redirect(f"{self.get_url('.index_view')}?{wanted.query_string()}", 303)

    def list_values(self, asked: lists.Asked, page: lists.Page) -> dict[str, Any]:
        """What the list template gets; screens add their own."""
        actions = [(name, text) for name, text in self._actions if self.is_action_allowed(name)]
        return {
            "asked": asked,
            "page": page,
            "columns": self._list_columns,
            "sortable": self._sortable_columns,
            "filters": list(self.desk_filters.values()),
            "actions": actions,
            "editable": self.column_editable_list if self.allows("edit") else (),
            "row_form": self._row_form,
        }

    def _note_search(self, asked: lists.Asked, hits: int) -> None:
        if asked.search and self.records_reads:
            with transaction():
                audit.record(
                    f"{self.resource}:searched", None, by=current_actor(), at=now(), hits=hits
                )

    def _row_form(self, row: Any) -> Any:
        """The edit form of one row of the list, with the editable columns only."""
        form = self._edit_form_class(None, obj=row, prefix="")
        for field in list(form):
            if field.name not in self.column_editable_list:
                del form[field.name]
        for field in form:
            field.id = f"{field.name}-{row.id}"
        return form

    def rows(self, ids: list[Any]) -> list[Any]:
        """The rows with these ids, as far as they are within scope."""
        return list(self.get_query().where(self.model.id << list(ids)))

    def is_action_allowed(self, name: str) -> bool:
        """Whether the reader may use a bulk action (`action_permissions`, else edit)."""
        if name == "delete":
            return self.allows("delete")
        needed = self.action_permissions.get(name, "edit")
        full = needed if ":" in needed else f"{self.resource}:{needed}"
        return current_actor().may(full) and name not in self.action_disallowed_list

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        """Do something with the chosen rows: all of them, or none."""
        name = request.form.get("action", "")
        if name not in self._actions_data or not self.is_action_allowed(name):
            abort(404)
        ids = [parse_id(each) for each in request.form.getlist("rowid")[:MOST_CHOSEN]]
        rows = self.rows([each for each in ids if each])
        if len(rows) != len(set(ids)):
            abort(404)
        back = safe_url(self.get_url(".index_view"))
        if not rows:
            flash(_("Please choose at least one entry first."), "error")
            return redirect(back, 303)
        handler, _text, question = self._actions_data[name]
        if question and "confirmed" not in request.form:
            return self._ask(name, str(question), rows, back)
        with transaction():
            response = handler([row.id for row in rows])
        return response if response is not None else redirect(back, 303)

    def _ask(self, name: str, question: str, rows: list[Any], back: str) -> str:
        hidden = [("action", name), ("confirmed", "1"), ("url", back)]
        hidden += [("rowid", str(row.id)) for row in rows]
        return self.render(
            "admin/confirm.html", question=question, hidden=hidden, back=back,
            names=[self.shown(row, self._list_columns[0][0]) for row in rows],
            danger=name == "delete",
        )  # fmt: skip

    @action("delete", lazy_gettext("Delete"), lazy_gettext("Delete the chosen entries?"))
    def action_delete(self, ids: list[Any]) -> None:
        """Delete the chosen rows, each with its audit row."""
        gone = sum(self.delete_model(row) for row in self.rows(ids))
        flash(_("%(count)s deleted.", count=gone), "success")

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The list as a table, up to 5,000 rows, without the pages."""
        if not self.can_export or export_type not in WRITERS:
            abort(404)
        query = self.selected(self.asked()).limit(self.export_max_rows)
        rows = list(query.with_related(*self.loads()) if self.loads() else query)
        titles = [str(label) for _name, label in self._export_columns]
        cells = [[str(self.shown(row, name)) for name, _l in self._export_columns] for row in rows]
        with transaction():
            audit.record(
                f"{self.resource}:exported", None, by=current_actor(), at=now(), rows=len(rows)
            )
        name = secure_filename(f"{self.endpoint}.{export_type}")
        return Response(
            WRITERS[export_type](titles, cells),
            content_type=TYPES[export_type],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @expose("/ajax/lookup/")
    def ajax_lookup(self) -> ResponseReturnValue:
        """Rows that fit what is being typed, as pairs of id and name."""
        loader = self._form_ajax_refs.get(request.args.get("name", "")) or abort(404)
        found = loader.get_list(
            request.args.get("query", ""),
            offset=request.args.get("offset", 0, type=int),
            limit=request.args.get("limit", 20, type=int),
        )
        return jsonify([loader.format(row) for row in found])

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> ResponseReturnValue:
        """Store one cell of the list."""
        if not (self.can_edit and self.column_editable_list):
            abort(404)
        row = self.get_one(request.form.get("list_form_pk")) or abort(404)
        form = self._edit_form_class(request.form, obj=row)
        for field in list(form):
            if field.name not in self.column_editable_list or field.name not in request.form:
                del form[field.name]
        if form.validate() and self.update_model(form, row):
            flash(_("Saved."), "success")
        else:
            wrong = [str(e) for field in form for e in field.errors] + list(form.form_errors)
            flash(" ".join([_("Not saved."), *wrong]), "error")
        return redirect(safe_url(self.get_url(".index_view")), 303)
