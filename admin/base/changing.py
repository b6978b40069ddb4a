"""Creating, changing and deleting rows: one transaction, scope asked twice, nobody overwritten."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from peewee import IntegrityError

from admin.auth import current_actor, now
from admin.base.inline import ADD, InlineRows
from admin.base.pages import safe_url
from admin.base.shown import show_value
from admin.base.whole import Whole
from admin.i18n import gettext as _
from admin.i18n import reading_language
from casework.core import audit
from casework.core.access import Actor
from casework.core.crypto import keyring
from casework.core.db import Base, is_sqlite, transaction
from casework.core.refusals import NotFound, Refusal, StaleEdit

log = logging.getLogger("lotse.desk")

REVISION = "_revision"
LOOK_UP = "_lookup"


class Changing(Whole):
    """The half of `CaseworkView` that changes rows."""

    refusal_fields: ClassVar[dict[type[Refusal], str]] = {}
    records_reads: bool = False

    def store(self, form: Any, row: Base, created: bool, *, by: Actor, at: Any) -> Base | None:
        """Bring what `form` says into the database; screens call their verb here.

        `row` is still as it was (or blank, when `created`): hand `form.<name>.data` to the
        verb, or `form.populate_obj(row)` first where the verb takes a row. Returns the
        stored row. Runs inside one transaction with the checks around it; a `Refusal`
        undoes everything and is shown.
        """
        form.populate_obj(row)
        if created or row.is_dirty():
            row.save(force_insert=created)
            event = "created" if created else "changed"
            audit.record(f"{self.resource}:{event}", row, by=by, at=at)
        return row

    def remove(self, row: Base, *, by: Actor, at: Any) -> None:
        """Delete `row` and nothing that hangs on it; screens may call a verb here."""
        audit.record(f"{self.resource}:deleted", row, by=by, at=at)
        row.delete_instance(recursive=False)

    def create_model(self, form: Any) -> Base | bool:
        """The new row, or False with the reason in the form."""
        return self._attempt(form, self.model(), created=True)

    def update_model(self, form: Any, model: Base) -> Base | bool:
        """The changed row, or False with the reason in the form."""
        return self._attempt(form, model, created=False)

    def delete_model(self, model: Base) -> bool:
        """Whether the row is gone; a reason why not is flashed."""
        try:
            with transaction():
                self.remove(model, by=current_actor(), at=now())
        except IntegrityError:
            flash(_("This is still used elsewhere and was not deleted."), "error")
            return False
        except Refusal as refusal:
            flash(refusal.text(reading_language()), "error")
            return False
        return True

    def revision(self, row: Base) -> str:
        """A digest of all values of a row: changes whenever anybody changes it."""
        values = [str(getattr(row, field.object_id_name if hasattr(field, "object_id_name")
                              else field.name)) for field in row._meta.sorted_fields]  # fmt: skip
        return keyring().code("revision", "\0".join(values)).hex()

    def _attempt(self, form: Any, row: Base, *, created: bool) -> Base | bool:
        by, at = current_actor(), now()
        try:
            with transaction():
                if not created:
                    row = self._unchanged_since_shown(row)
                stored = self.store(form, row, created, by=by, at=at) or row
                for rows in (field for field in form if isinstance(field, InlineRows)):
                    rows.save_related(stored)
                if self.get_one(stored.id) is None:
                    raise NotFound()
            return stored
        except Refusal as refusal:
            self._show_refusal(form, refusal)
        except IntegrityError as error:
            log.warning("%s: %s", self.resource, type(error).__name__)
            form.form_errors.append(
                _("This contradicts another entry, for example one of the same name. "
                  "Nothing was saved; please check what you entered.")
            )  # fmt: skip
        return False

    def _unchanged_since_shown(self, row: Base) -> Base:
        """The row as it is now, locked. Raises `StaleEdit` when it is not what was shown."""
        query = self.get_query().where(self.model.id == row.id)
        fresh = (query if is_sqlite() else query.for_update()).first()
        if fresh is None:
            raise NotFound()
        shown = request.form.get(REVISION)
        if shown is not None and shown != self.revision(fresh):
            raise StaleEdit()
        return fresh

    def _show_refusal(self, form: Any, refusal: Refusal) -> None:
        """Put the sentence beside the field that it is about, or at the top of the form."""
        text = refusal.text(reading_language())
        for kind, name in self.refusal_fields.items():
            if isinstance(refusal, kind) and name in form:
                form[name].errors = [*form[name].errors, text]
                return
        form.form_errors.append(text)

    def _asked_for_more(self, form: Any) -> bool:
        """Whether a button wanted another row or a search instead of saving."""
        name = request.form.get(LOOK_UP, "")
        if name in form and hasattr(form[name], "search"):
            form[name].search(request.form.get(f"{name}-search", "")[:100])
            return True
        return ADD in request.form

    def row_or_404(self, name: str = "id") -> Base:
        """The row that the address names, within scope; anything else is 404."""
        return self.get_one(request.args.get(name)) or abort(404)

    def note_read(self, row: Base) -> None:
        """Record that the reader looked at a person's record."""
        if self.records_reads:
            audit.record_read(f"{self.resource}:read", row, by=current_actor(), at=now())

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """The empty form, or what was typed with what is wrong with it."""
        if not self.can_create:
            abort(404)
        form = self.create_form()
        if request.method == "POST" and not self._asked_for_more(form) and form.validate():
            stored = self.create_model(form)
            if stored:
                flash(_("Saved."), "success")
                return redirect(self.get_save_return_url(stored, is_created=True), 303)
        status = 422 if form.errors else 200
        return self._show_form(self.create_template, form, None), status

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """The form of one row; a second editor is told and keeps what they typed."""
        if not self.can_edit:
            abort(404)
        row = self.row_or_404()
        form = self.edit_form(obj=row)
        if request.method == "POST" and not self._asked_for_more(form) and form.validate():
            stored = self.update_model(form, row)
            if stored:
                flash(_("Saved."), "success")
                return redirect(self.get_save_return_url(stored, is_created=False), 303)
        elif request.method == "GET":
            self.note_read(row)
            self.on_form_prefill(form, row.id)
        status = 422 if form.errors else 200
        return self._show_form(self.edit_template, form, self.get_one(row.id)), status

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One row, every column that the screen shows."""
        if not self.can_view_details:
            abort(404)
        row = self.row_or_404()
        self.note_read(row)
        return self.render(self.details_template, **self.details_values(row))

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """Ask first, then delete."""
        if not self.can_delete:
            abort(404)
        row = self.row_or_404("id") if request.args.get("id") else self._posted_row()
        back = safe_url(self.get_url(".index_view"))
        if request.method == "POST":
            if self.delete_model(row):
                flash(_("Deleted."), "success")
            return redirect(back, 303)
        question = _("Delete “%(name)s”?", name=str(show_value(row)))
        hidden = [("id", str(row.id)), ("url", back)]
        return self.render(
            "admin/confirm.html", question=question, hidden=hidden, back=back, danger=True
        )

    def details_values(self, row: Base) -> dict[str, Any]:
        """What the details template gets; screens add their own."""
        shown = [(label, self.shown(row, name)) for name, label in self.get_details_columns()]
        return {"row": row, "model": row, "details": shown}

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        """Where to go after saving: back to where the form was opened, else to the row."""
        if self.can_view_details:
            return safe_url(self.get_url(".details_view", id=model.id))
        return safe_url(self.get_url(".index_view"))

    def _posted_row(self) -> Base:
        return self.get_one(request.form.get("id")) or abort(404)

    def _show_form(self, template: str, form: Any, row: Base | None) -> str:
        stale = row is not None and request.form.get(REVISION, "") not in ("", self.revision(row))
        return self.render(
            template,
            form=form,
            row=row,
            model=row,
            sections=self.sections(form),
            revision=self.revision(row) if row is not None else "",
            present=self._present_values(form, row) if stale else {},
            return_url=safe_url(self.get_url(".index_view")),
        )

    def _present_values(self, form: Any, row: Any) -> dict[str, str]:
        """What the row holds now, where it differs from what was typed."""
        known = [field for field in form if field.name in row._meta.fields]
        return {
            field.name: str(self.shown(row, field.name))
            for field in known
            if getattr(row, field.name) != field.data
        }
