"""The network: contacts at organisations and offices, and who knows whom for what."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from markupsafe import Markup
from peewee import JOIN, Load, ModelSelect
from wtforms import IntegerField, validators

from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter, DeskPage, show_date
from admin.base.page_forms import PageForms
from admin.case_forms import active_organizations, areas_in_order, caseworkers
from admin.directory_shown import tag
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.icons import show_area
from admin.network_forms import ABOUT_OFFICES, AreasField, BondForm, TalkForm
from admin.person_fields import SPOKEN
from admin.words import PAGE_WORDS, ago, overdue, today
from casework.core.access import Actor
from casework.core.db import Base
from casework.core.lookups import email_keys, find_all, name_keys, phone_keys
from casework.core.refusals import Forbidden
from casework.network.contacts import (
    BONDS,
    CONTACT_FIELDS,
    INTERVAL_DAYS,
    LONGEST_INTERVAL,
    OFFICE_KINDS,
    Acquaintance,
    ContactArea,
    IntervalRefused,
    NetworkContact,
    NobodyNamed,
    OfficeMissing,
    add_contact,
    change_contact,
    forget_contact,
    note_acquaintance,
    refuse_foreign,
    retire_contact,
    who_knows,
)
from casework.network.meetings import Decision, Meeting, Participant
from casework.network.talks import CHANNELS, Talk, note_talk
from casework.providers import Organization

MOST = 100
DUE = {"late": _l("overdue"), "month": _l("within a month"), "gone": _l("not in use any more")}


class KnowsFilter(ChoiceFilter):
    """Contacts that a colleague knows."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        known = Acquaintance.select(Acquaintance.contact).where(Acquaintance.staff == value)
        return query.where(NetworkContact.id << known)


class AreaFilter(ChoiceFilter):
    """Contacts for a life area."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        mine = ContactArea.select(ContactArea.contact).where(ContactArea.life_area == value)
        return query.where(NetworkContact.id << mine)


class DueFilter(ChoiceFilter):
    """Contacts by when somebody should be in touch; those not in use come only here."""

    def apply(self, query: ModelSelect, value: str) -> ModelSelect:
        if value == "gone":
            return query.where(~NetworkContact.active)
        until = today() + timedelta(days=31 if value == "month" else 0)
        return query.where(NetworkContact.active & (NetworkContact.next_due_on <= until))


def _areas() -> list[tuple[str, str]]:
    return [(str(area.id), area.label(reading_language())) for area in areas_in_order()]


def _colleagues() -> list[tuple[str, str]]:
    return [(str(row.id), str(row)) for row in caseworkers(current_actor()).limit(300)]


def show_due(contact: Any) -> Markup | str:
    """When the next contact is due; in words where it is late."""
    if not contact.active:
        return tag(_("not in use any more"), "")
    day = contact.next_due_on
    if day is None:
        return "–"
    return tag(overdue(day), "accent") if day <= today() else show_date(day)


def show_known(contact: Any) -> str:
    """The colleagues who know a contact."""
    return ", ".join(str(row.staff) for row in contact.known_by) or "–"


class Contacts(PageForms, CaseworkView):
    """People at organisations and offices with whom we work."""

    model = NetworkContact
    resource = "network"
    path = "network"
    title = _l("Contacts")
    intro = _l("Whom we know at organisations and offices. Nothing here leads to a case.")
    new_title = _l("New contact")
    records_reads = True
    details_template = "desk/contact.html"
    permissions = {
        "edit_view": "create", "talk": "log", "known": "log", "use": "create", "forget": "edit",
    }  # fmt: skip
    related = (
        NetworkContact.organization,
        Load(NetworkContact.areas).then(ContactArea.life_area),  # type: ignore[attr-defined]
        Load(NetworkContact.known_by).then(Acquaintance.staff),  # type: ignore[attr-defined]
    )
    statement_budget = 20
    column_list = (
        "called", "office_name", "for_what", "known", "last_contact_on", "next_due_on",
    )  # fmt: skip
    column_labels = {
        "called": _l("Contact"), "office_name": _l("Office"), "kind": _l("Kind of office"),
        "organization": _l("Organisation"), "office": _l("Office"), "name": _l("Name"),
        "role": _l("Role"), "phone": _l("Phone"), "email": _l("E-mail"),
        "languages": _l("Languages"), "areas": _l("Life areas"), "purpose": _l("What for"),
        "notes": _l("Notes"), "interval_days": _l("Be in touch every … days"),
        "for_what": _l("What for"), "known": _l("Who knows them"),
        "last_contact_on": _l("Last contact"), "next_due_on": _l("Next contact"),
    }  # fmt: skip
    column_choices = {"kind": list(OFFICE_KINDS.items())}
    column_sortable_list = ("last_contact_on", "next_due_on")
    column_default_order = ("next_due_on", False)
    column_formatters = {
        "called": lambda _view, _context, row, _name: str(row),
        "for_what": lambda _view, _context, row, _name: show_for_what(row),
        "known": lambda _view, _context, row, _name: show_known(row),
        "last_contact_on": lambda _view, _context, row, _name: ago(row.last_contact_on) or "–",
        "next_due_on": lambda _view, _context, row, _name: show_due(row),
    }
    column_filters = (
        ChoiceFilter(NetworkContact.kind, _l("Kind of office"), "kind", OFFICE_KINDS.items),
        AreaFilter(NetworkContact.id, _l("Life area"), "area", _areas),
        KnowsFilter(NetworkContact.id, _l("Who knows them"), "knows", _colleagues),
        DueFilter(NetworkContact.id, _l("Next contact"), "due", DUE.items),
    )
    form_columns = (
        "kind", "organization", "office", "name", "role", "phone", "email", "languages",
        "purpose", "interval_days", "notes",
    )  # fmt: skip
    form_extra_fields = {"areas": AreasField(_l("Life areas"))}
    form_sections = (
        (_l("Where"), ("kind", "organization", "office")),
        (_l("Who"), ("name", "role", "phone", "email", "languages")),
        (_l("What for"), ("areas", "purpose", "interval_days", "notes")),
    )
    form_rows = {"organization": active_organizations}
    form_choices = {"languages": SPOKEN}
    form_overrides = {"interval_days": IntegerField}
    form_args = {
        "office": {"description": _l("Only where the organisation is not in the directory.")},
        "purpose": {"description": _l("What they can be asked for, in a few words.")},
        "notes": {"description": ABOUT_OFFICES},
        "interval_days": {
            "default": INTERVAL_DAYS,
            "description": _l("0: no contact is due by itself."),
            "validators": [validators.NumberRange(min=0, max=LONGEST_INTERVAL)],
        },
    }
    refusal_fields = {
        OfficeMissing: "office",
        NobodyNamed: "name",
        IntervalRefused: "interval_days",
    }

    def allows(self, action: str) -> bool:
        """Who may enter contacts may change their own ones: that is asked for each row."""
        return self.may("create") if action == "edit" else super().allows(action)

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """By words of the name, phone or e-mail; or by a part of office, role and purpose."""
        digits = re.sub(r"\D", "", words)
        keys = email_keys(words) if "@" in words else name_keys(words)
        if len(digits) >= 8:
            keys = phone_keys(words)
        clear = (NetworkContact.office, NetworkContact.role, NetworkContact.purpose)
        named = Organization.select(Organization.id).where(Organization.name.contains(words))
        found: Any = NetworkContact.organization << named
        for column in clear:
            found |= column.contains(words)
        return query.where(found | (NetworkContact.id << list(find_all("network_contacts", keys))))

    def selected(self, asked: Any) -> ModelSelect:
        """What was asked for; without a filter only contacts in use."""
        query = super().selected(asked)
        return query if "due" in asked.filters else query.where(NetworkContact.active)

    def edit_form(self, obj: Any = None) -> Any:
        """The form of a contact that the reader may change; any other is 404."""
        if obj is not None and not may_change(obj):
            abort(404)
        return super().edit_form(obj)

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: datetime) -> Base:
        """The contact with its life areas."""
        columns = {name: form[name].data for name in CONTACT_FIELDS}
        columns |= {name: columns[name] or "" for name in ("office", "role", "purpose")}
        areas = form.areas.chosen()
        if created:
            return add_contact(areas=areas, by=by, at=at, **columns)
        return change_contact(row, areas=areas, revision=row.revision, by=by, at=at, **columns)

    def details_values(self, row: Any, given: Any = None) -> dict[str, Any]:
        """The contact with talks, meetings and decisions, each kind in one statement."""
        actor, given = current_actor(), given or {}
        met = Participant.select(Participant.meeting).where(Participant.contact == row)
        meetings = Meeting.scope(actor).where(Meeting.id << met)
        decisions = Decision.scope(actor).where(
            (Decision.contact == row) & Decision.done_at.is_null()
        )
        return {
            "row": row,
            "talks": list(Talk.of(row).limit(MOST)),
            "meetings": list(meetings.order_by(Meeting.starts_at.desc()).limit(20)),
            "decisions": list(decisions.order_by(Decision.due_on).limit(20)),
            "talk": given.get("talk") or TalkForm(None, prefix="talk-"),
            "bond": given.get("bond") or BondForm(None, prefix="bond-").offer(row),
            "opened": set(given),
            "may_change": may_change(row),
            "kinds": OFFICE_KINDS, "bonds": BONDS, "channels": CHANNELS, "show_area": show_area,
            "show_due": show_due, "today": today, **PAGE_WORDS,
        }  # fmt: skip

    @expose("/<uuid:id>/talk", methods=("POST",))
    def talk(self, id: uuid.UUID) -> ResponseReturnValue:
        """Somebody spoke with the contact."""
        row, form = self._contact(id), TalkForm(request.form, prefix="talk-")

        def do() -> None:
            note_talk(
                row, form.about.data, channel=form.channel.data, on_day=form.on_day.data,
                agreed=form.agreed.data or "", next_on=form.next_on.data,
                by=current_actor(), at=now(),
            )  # fmt: skip

        return self.take(row, "talk", form, do, _("The talk was noted."))

    @expose("/<uuid:id>/known", methods=("POST",))
    def known(self, id: uuid.UUID) -> ResponseReturnValue:
        """Somebody knows the contact, or does not any more."""
        row = self._contact(id)
        form = BondForm(request.form, prefix="bond-").offer(row)

        def do() -> None:
            note_acquaintance(
                row, form.colleague(), form.bond.data or "", by=current_actor(), at=now()
            )

        return self.take(row, "bond", form, do, _("Saved."))

    @expose("/<uuid:id>/use", methods=("POST",))
    def use(self, id: uuid.UUID) -> ResponseReturnValue:
        """The contact is in use, or not any more."""
        row, active = self._contact(id), request.form.get("active") == "1"
        if not may_change(row):
            abort(404)
        retire_contact(row, active=active, by=current_actor(), at=now())
        return self.done(row, _("In use again.") if active else _("Not in use any more."))

    @expose("/<uuid:id>/forget", methods=("POST",))
    def forget(self, id: uuid.UUID) -> ResponseReturnValue:
        """Delete the contact for good."""
        forget_contact(self._contact(id), by=current_actor(), at=now())
        flash(_("The contact was deleted."), "success")
        return redirect(self.get_url(".index_view"), 303)

    def _contact(self, id: uuid.UUID) -> Any:
        return self.get_query().where(NetworkContact.id == id).first() or abort(404)


class WhoKnows(DeskPage):
    """Who of us knows whom, by what it is about."""

    title = _l("Who knows whom")
    path = "who_knows"
    resource = "network"

    @expose("/")
    def index_view(self) -> str:
        """Life areas as rows, colleagues as columns, contacts with how well they are known."""
        table = who_knows(current_actor())
        staff = {row.__data__["staff"]: row.staff for area in table.values()
                 for found in area.values() for row in found}  # fmt: skip
        colleagues = sorted(staff.values(), key=str)
        covered: Any = ContactArea.select(ContactArea.life_area).join(
            NetworkContact, JOIN.INNER
        ).where(NetworkContact.active).distinct().tuples()  # fmt: skip
        return self.render(
            "desk/who_knows.html", table=table, colleagues=colleagues, areas=areas_in_order(),
            covered={area for (area,) in covered}, bonds=BONDS, **PAGE_WORDS,
        )  # fmt: skip


def may_change(contact: Any) -> bool:
    """Whether the reader may change a contact: any with the permission, else their own."""
    try:
        refuse_foreign(contact, current_actor())
    except Forbidden:
        return False
    return current_actor().may("network:create")


def show_for_what(contact: Any) -> Markup:
    """Life areas with drawing and name, and the purpose in words."""
    parts = [show_area(row.life_area) for row in contact.areas]
    if contact.purpose:
        parts.append(Markup('<span class="quiet-text">{}</span>').format(contact.purpose))
    return Markup("<br>").join(parts) if parts else Markup("–")
