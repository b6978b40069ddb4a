"""The forms of the network: what was spoken, who knows whom, what was decided."""

from __future__ import annotations

import uuid
from typing import Any

from wtforms import DateField, SelectField, validators

from admin.auth import current_actor
from admin.base import CodesField, DeskForm
from admin.case_forms import areas_in_order, caseworkers, near_day
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from admin.person_fields import NEEDED, line, prose, words
from admin.words import today
from casework.life_areas import LifeArea
from casework.network.contacts import BONDS, NetworkContact
from casework.network.meetings import Meeting
from casework.network.talks import CHANNELS, MOST_TEXT
from casework.staff import Staff

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
# Not `NEEDED`: that would call a day that does not exist a missing one.
TYPED = validators.InputRequired
MOST_NAMES = 300
ABOUT_OFFICES = _l("Only what concerns the office: no names or stories of people we look after.")


class AreasField(CodesField):
    """Life areas as check boxes; the screen stores them by itself. `data` are codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        tag = reading_language()
        kwargs["choices"] = [(area.code, area.label(tag)) for area in areas_in_order()]
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        codes = {area.id: area.code for area in areas_in_order()}
        ids = [row.__data__["life_area"] for row in value or ()]
        self.data = [codes[each] for each in ids if each in codes]

    def populate_obj(self, obj: Any, name: str) -> None:
        """The row itself holds nothing of this."""

    def chosen(self) -> list[LifeArea]:
        """The areas that are ticked."""
        return [area for area in areas_in_order() if area.code in set(self.data or ())]


class _SeatsField(CodesField):
    """Some of the rows that the reader sees, as check boxes; `data` are ids as text."""

    column = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.rows = {str(row.id): row for row in self.offered()}
        kwargs["choices"] = [(key, self.called(row)) for key, row in self.rows.items()]
        super().__init__(*args, **kwargs)

    def offered(self) -> Any:
        """The rows to choose from."""
        raise NotImplementedError

    def called(self, row: Any) -> str:
        """What a row is called among the choices."""
        return str(row)

    def process_data(self, value: Any) -> None:
        keys = [row.__data__[self.column] for row in value or ()]
        self.data = [str(key) for key in keys if key is not None]

    def populate_obj(self, obj: Any, name: str) -> None:
        """The row itself holds nothing of this."""

    def chosen(self) -> list[Any]:
        """The rows that are ticked."""
        return [self.rows[key] for key in self.data or () if key in self.rows]


class ContactsField(_SeatsField):
    """Contacts at a meeting."""

    column = "contact"

    def offered(self) -> Any:
        rows: Any = NetworkContact.scope(current_actor()).where(NetworkContact.active)
        found = rows.limit(MOST_NAMES).with_related(NetworkContact.organization)
        return sorted(found, key=lambda row: (row.office_name.casefold(), str(row)))

    def called(self, row: Any) -> str:
        return f"{row}, {row.office_name}"


class ColleaguesField(_SeatsField):
    """Colleagues at a meeting."""

    column = "staff"

    def offered(self) -> Any:
        return caseworkers(current_actor()).limit(MOST_NAMES)


class TalkForm(DeskForm):
    """What was spoken with a contact, in one go."""

    about = prose(_l("What you spoke about"), MOST_TEXT, NEEDED(), rows=2,
                  description=ABOUT_OFFICES)  # fmt: skip
    agreed = prose(_l("What was agreed"), MOST_TEXT, rows=2)
    channel = words(_l("How"), CHANNELS)
    on_day = DateField(_l("On"), [TYPED(), near_day], format=DAYS, default=today)
    next_on = DateField(
        _l("Next contact on"), [validators.Optional(), near_day], format=DAYS,
        description=_l("Empty: after the usual time."),
    )  # fmt: skip


class BondForm(DeskForm):
    """How well somebody knows a contact."""

    staff = SelectField(_l("Who"), choices=[])
    bond = words(_l("How well"), BONDS, blank=True)

    def offer(self, contact: NetworkContact) -> BondForm:
        """Let oneself be chosen, or with the permission any colleague."""
        actor = current_actor()
        rows: Any = Staff.select().where(Staff.id == actor.id)
        if actor.may("network:edit"):
            rows = caseworkers(actor).limit(MOST_NAMES)
        self.staff.choices = [(str(row.id), str(row)) for row in rows]
        if self.staff.data is None:
            self.staff.data = str(actor.id)
        return self

    def colleague(self) -> Staff:
        """Who was chosen."""
        return Staff.get_by_id(uuid.UUID(self.staff.data))


class NotesForm(DeskForm):
    """What was said at a meeting; with it, the meeting was held."""

    notes = prose(_l("What was said"), 8000, rows=6, description=ABOUT_OFFICES)


class DecisionForm(DeskForm):
    """What was decided, who does it, until when."""

    what = line(_l("What was decided"), 1000, NEEDED())
    who = SelectField(_l("Who does it"), choices=[])
    due_on = DateField(_l("Until"), [TYPED(), near_day], format=DAYS)

    def offer(self, meeting: Meeting) -> DecisionForm:
        """Let colleagues and the contacts of the meeting be chosen."""
        colleagues = [(f"staff {row.id}", str(row)) for row in caseworkers(current_actor())]
        keys = [row.__data__["contact"] for row in meeting.participants]
        rows = NetworkContact.select().where(NetworkContact.id << [key for key in keys if key])
        contacts = [(f"contact {row.id}", str(row)) for row in rows]
        self.who.choices = [*colleagues, *contacts]
        return self

    def doer(self) -> dict[str, Any]:
        """The colleague or the contact, as the verb takes them."""
        kind, _space, key = self.who.data.partition(" ")
        model: Any = Staff if kind == "staff" else NetworkContact
        return {kind: model.get_by_id(uuid.UUID(key))}
