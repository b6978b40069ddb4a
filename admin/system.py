"""What keeps the house in order: staff accounts, the audit trail, the outbox."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from wtforms import PasswordField, validators

from admin.auth import current_actor, now
from admin.base import CaseworkView, ContainsFilter
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import ngettext
from admin.text_words import TEXT_NAMES
from admin.trail_words import show_event
from admin.words import language_name, word
from casework.accounts import (
    change_staff,
    disable_staff,
    enable_staff,
    reset_password,
    reset_second_factor,
)
from casework.core.access import Actor, Role
from casework.core.audit import AuditEntry
from casework.core.db import Base
from casework.core.i18n import LANGUAGES, STAFF_LANGUAGES
from casework.messages import OutboxMail, retry_mail
from casework.staff import (
    EmailRefused,
    EmailTaken,
    OrganizationMissing,
    PasswordRefused,
    Staff,
    add_staff,
)

MAIL_STATES = (("waiting", _l("waiting")), ("sent", _l("sent")), ("failed", _l("failed")))


class StaffAccounts(CaseworkView):
    """Who may enter the desk, and as what."""

    model = Staff
    resource = "staff"
    title = _l("Staff accounts")
    new_title = _l("New account")
    column_list = ("email", "name", "role", "organization", "active", "signed_in_at")
    column_details_list = (
        "email", "name", "role", "organization", "language", "active", "tf_primary_method",
        "signed_in_at", "created_at",
    )  # fmt: skip
    column_labels = {
        "email": _l("E-mail"), "name": _l("Name"), "role": _l("Role"),
        "organization": _l("Organisation"), "language": _l("Language"), "active": _l("Active"),
        "tf_primary_method": _l("Second factor"), "signed_in_at": _l("Last sign-in"),
        "created_at": _l("Created"),
    }  # fmt: skip
    column_formatters = {
        "tf_primary_method": lambda view, context, row, name: (
            _("set up") if row.tf_primary_method else _("not set up")
        ),
    }
    column_filters = ("role", "organization", "active")
    column_searchable_list = ("email", "name")
    column_default_order = "email"
    form_columns = ("email", "name", "role", "organization", "language")
    column_choices = {"language": [(tag, LANGUAGES[tag].autonym) for tag in STAFF_LANGUAGES]}
    form_args = {
        "organization": {"description": _l("An integration manager sees this one's cases only.")},
    }
    form_extra_fields = {
        "password": PasswordField(
            _l("Initial password"), [validators.Optional(), validators.Length(max=128)],
            description=_l("Leave it empty and one is made and shown once."),
        )
    }  # fmt: skip
    refusal_fields = {
        EmailRefused: "email", EmailTaken: "email", OrganizationMissing: "organization",
        PasswordRefused: "password",
    }  # fmt: skip
    details_template = "admin/staff.html"
    deeds: dict[str, Callable[..., Staff]] = {
        "disable": disable_staff,
        "enable": enable_staff,
        "reset_second_factor": reset_second_factor,
    }

    def edit_form(self, obj: Any = None) -> Any:
        """The form without a password: that is reset by its own button."""
        form = super().edit_form(obj)
        del form.password
        return form

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """The form, or the password that was made for the new account."""
        response = super().create_view()
        return self._show_password() if "new_password" in g else response

    @expose("/act/", methods=("POST",))
    def act_view(self) -> ResponseReturnValue:
        """One of the buttons on an account's page."""
        row: Any = self.get_one(request.form.get("id")) or abort(404)
        deed = request.form.get("deed", "")
        if deed == "reset_password":
            g.new_password, g.new_account = make_password(), row
            reset_password(row, g.new_password, by=current_actor(), at=now())
            return self._show_password()
        if deed not in self.deeds:
            abort(404)
        self.deeds[deed](row, by=current_actor(), at=now())
        flash(_("Done."), "success")
        return redirect(self.get_url(".details_view", id=row.id), 303)

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: Any) -> Base:
        columns = {
            "name": form["name"].data or "",
            "organization": form.organization.data,
        }
        if not created:
            return change_staff(
                row, email=form.email.data, role=Role(form.role.data),
                language=form.language.data, by=by, at=at, **columns,
            )  # fmt: skip
        password = form.password.data or make_password()
        row = add_staff(form.email.data, Role(form.role.data), password, by=by, at=at, **columns)
        row.language = form.language.data
        row.save()
        if not form.password.data:
            g.new_password, g.new_account = password, row
        return row

    def _show_password(self) -> str:
        return self.render("admin/new_password.html", row=g.new_account, password=g.new_password)


class AuditTrail(CaseworkView):
    """What was done and read: who, what, when; never the values."""

    model = AuditEntry
    resource = "audit"
    title = _l("Audit trail")
    can_create = can_edit = False
    can_export = True
    column_list = ("at", "actor_name", "happened", "subject_table", "subject_id")
    column_export_list = ("at", "actor_name", "event", "subject_table", "subject_id")
    column_details_list = (
        "at", "actor_kind", "actor_name", "happened", "subject_table", "subject_id", "case_id",
        "details",
    )  # fmt: skip
    column_labels = {
        "at": _l("Time"), "actor_kind": _l("Kind of actor"), "actor_name": _l("Who"),
        "event": _l("What"), "happened": _l("What"), "subject_table": _l("Table"),
        "subject_id": _l("Row"), "case_id": _l("Case"), "details": _l("Details"),
    }  # fmt: skip
    column_sortable_list = ("at",)
    column_default_order = ("at", True)
    column_filters = (
        ContainsFilter(AuditEntry.event, _l("What"), "event"),
        ContainsFilter(AuditEntry.actor_name, _l("Who"), "actor_name"),
        ContainsFilter(AuditEntry.subject_table, _l("Table"), "subject_table"),
        "at",
    )
    column_formatters = {
        "happened": lambda _view, _context, row, _name: show_event(row.event),
        "details": lambda view, context, row, name: (
            ", ".join(f"{key}: {value}" for key, value in row.details.items()) or "–"
        ),
    }


class Outbox(CaseworkView):
    """Mails on their way: whether they left, never what they say."""

    model = OutboxMail
    resource = "mail"
    title = _l("Outbox")
    can_create = can_edit = False
    column_list = ("created_at", "kind", "state", "tries", "next_try_at", "sent_at", "last_error")
    column_details_list = (*column_list, "language", "message_id")
    column_labels = {
        "created_at": _l("Written"), "kind": _l("Kind"), "state": _l("State"),
        "tries": _l("Tries"), "next_try_at": _l("Next try"), "sent_at": _l("Sent"),
        "last_error": _l("Last error"), "language": _l("Language"), "message_id": _l("Message id"),
    }  # fmt: skip
    column_default_order = ("created_at", True)
    column_formatters = {
        "kind": lambda _view, _context, row, _name: (
            word(TEXT_NAMES, f"mail.{row.kind}") if f"mail.{row.kind}" in TEXT_NAMES else row.kind
        ),
        "language": lambda _view, _context, row, _name: language_name(row.language),
    }
    column_choices = {"state": MAIL_STATES}
    column_filters = ("state", "created_at")

    @action("retry", _l("Try again"))
    def action_retry(self, ids: list[Any]) -> None:
        """Try failed mails again from the start; others stay as they are."""
        failed = [mail for mail in self.rows(ids) if mail.state == "failed"]
        for mail in failed:
            retry_mail(mail, by=current_actor(), at=now())
        text = ngettext(
            "%(count)s mail is tried again.", "%(count)s mails are tried again.", len(failed)
        )
        flash(text, "success")


def make_password() -> str:
    """A password of 20 characters in groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _n in range(5)) for _g in range(4))
