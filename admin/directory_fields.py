"""Fields of the directory's forms: needs by life area, places, languages, what hangs on a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_admin.model.form import InlineFormAdmin
from wtforms import IntegerField, validators

from admin.auth import current_actor
from admin.base import CodesField, DeskForm
from admin.base.ajax import parse_id
from admin.base.fields import options_of
from admin.case_forms import NeedsField, categories_by_area
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from casework.life_areas import NeedCategory
from casework.providers import (
    Address,
    Contact,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    ServiceCategory,
)

MOST_PLACES = 200
MOST_COUNTED = 9999
MAIL = re.compile(r"[^@\s<>\"']{1,64}@[^@\s<>\"']{1,185}\.[^@\s.<>\"']{2,}")
WEB = re.compile(r"https?://[^\s<>\"'/?#]+\.[^\s<>\"']+", re.IGNORECASE)


def mail_address(form: Any, field: Any) -> None:
    """An address that a mail can go to."""
    if field.data and not MAIL.fullmatch(field.data):
        raise validators.ValidationError(
            _("Please write one e-mail address, such as name@example.org.")
        )


def web_address(form: Any, field: Any) -> None:
    """An address that a browser can open."""
    if field.data and not WEB.fullmatch(field.data):
        raise validators.ValidationError(_("Please write a web address that begins with https://."))


class CategoriesField(NeedsField):
    """Need categories as check boxes; the screen stores them by itself. `data` are codes."""

    def process_data(self, value: Iterable[ServiceCategory] | None) -> None:
        codes = {each.id: each.code for _area, rows in categories_by_area() for each in rows}
        ids = [row.__data__["category"] for row in value or ()]
        self.data = [codes[each] for each in ids if each in codes]

    def populate_obj(self, obj: Any, name: str) -> None:
        """The row itself holds nothing of this."""

    def chosen(self) -> list[NeedCategory]:
        """The categories that are ticked."""
        codes = set(self.data or ())
        return [each for _area, rows in categories_by_area() for each in rows if each.code in codes]


class PlacesField(CodesField):
    """Where a service is given: the locations of its organisation; `data` are ids as text."""

    def process_data(self, value: Iterable[ServiceAtLocation] | None) -> None:
        self.data = [str(row.__data__["location"]) for row in value or ()]

    def populate_obj(self, obj: Any, name: str) -> None:
        """The row itself holds nothing of this."""

    def offer(self, organization: Organization | None, service: Service | None) -> None:
        """Let the locations of `organization`, and those in use by now, be chosen."""
        wanted = Location.organization == organization
        if service is not None:
            used = ServiceAtLocation.select(ServiceAtLocation.location)
            wanted |= Location.id << used.where(ServiceAtLocation.service == service)
        rows = Location.scope(current_actor()).where(wanted).order_by(Location.name)
        secret = _("confidential")
        self.choices = options_of(
            (str(row.id), f"{row} ({secret})" if row.confidential else str(row))
            for row in rows.limit(MOST_PLACES)
        )

    def chosen(self) -> list[Location]:
        """The locations that are ticked."""
        keys = [parse_id(each) for each in self.data or ()]
        return list(Location.scope(current_actor()).where(Location.id << keys))


class PhoneRows(InlineFormAdmin):
    """Phone numbers."""

    form_label = _l("Phone numbers")
    form_columns = ("number", "extension", "description")


class ContactRows(InlineFormAdmin):
    """People to speak to."""

    form_label = _l("People to speak to")
    form_columns = ("name", "title", "department", "email")
    form_args = {"email": {"validators": [validators.Optional(), mail_address]}}


class AddressRows(InlineFormAdmin):
    """Postal addresses."""

    form_label = _l("Addresses")
    form_columns = ("address_1", "address_2", "postal_code", "city")


PHONES, CONTACTS = PhoneRows(Phone), ContactRows(Contact)
ADDRESSES = AddressRows(Address)


class CapacityForm(DeskForm):
    """How many places there are, how many of them are free, and who waits."""

    places = IntegerField(_l("Places in all"), [validators.Optional()])
    free = IntegerField(_l("Free places"), [validators.Optional()])
    waiting = IntegerField(_l("People waiting"), [validators.Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Each number from 0 to 9,999, and no more free places than there are."""
        fits = super().validate(extra_validators)
        for field in (self.places, self.free, self.waiting):
            if field.data is not None and not 0 <= field.data <= MOST_COUNTED:
                field.errors = [
                    _("Please write a whole number from 0 to %(most)s.", most=MOST_COUNTED)
                ]
                fits = False
        if fits and self.free.data is not None and self.places.data is not None:
            fits = self.free.data <= self.places.data
            self.free.errors = [] if fits else [_("There cannot be more free places than places.")]
        return fits
