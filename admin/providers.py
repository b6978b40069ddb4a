"""The directory: what organisations offer, where, in which languages, and whether there is room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from peewee import Load, ModelSelect
from wtforms import StringField, validators

from admin.auth import current_actor, now
from admin.base import CaseworkView, ContainsFilter
from admin.base.ajax import parse_id
from admin.base.shown import NOTHING
from admin.directory_entry import (
    MOST_SHOWN,
    areas_of,
    contacts_of,
    places_of,
    store_categories,
    store_places,
    with_reach,
)
from admin.directory_fields import (
    ADDRESSES,
    CONTACTS,
    PHONES,
    CapacityForm,
    CategoriesField,
    PlacesField,
    mail_address,
    web_address,
)
from admin.directory_filters import (
    CategoryFilter,
    LanguageFilter,
    NotCheckedSince,
    RoomFilter,
    category_choices,
    language_codes,
)
from admin.directory_rows import LANGUAGES_SPOKEN, OPENING_TIMES, DirectoryConverter
from admin.directory_shown import (
    called_language,
    called_service,
    quiet,
    show_address,
    show_capacity,
    show_categories,
    show_checked,
    show_confidential,
    show_hours,
    show_languages,
    show_status,
)
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.icons import drawing
from admin.words import PAGE_WORDS, ago
from casework.core.access import Actor
from casework.core.db import Base
from casework.opening_times import opening_times_of
from casework.providers import (
    Location,
    Organization,
    Service,
    ServiceAtLocation,
    ServiceCategory,
    confirm_entry,
    report_capacity,
    save_organization,
    save_service,
)

FIELDS = {
    "email": {"validators": [validators.Optional(), mail_address]},
    **{
        name: {"validators": [validators.Optional(), web_address, validators.Length(max=1000)],
               "render_kw": {"maxlength": 1000}}
        for name in ("website", "url")
    },
    **{
        name: {"render_kw": {"rows": 2}}
        for name in ("description", "application_process", "eligibility_description",
                     "fees_description", "wait_time", "interpretation_services",
                     "transportation")
    },
}  # fmt: skip


class DirectoryScreen(CaseworkView):
    """What the screens of the directory share: look-ups, check, the page of an entry."""

    can_export = True
    form_args = FIELDS
    inline_model_form_converter = DirectoryConverter
    form_overrides = {"website": StringField, "url": StringField}
    create_template = edit_template = "desk/directory_form.html"
    column_labels = {
        "name": _l("Name"), "service_name": _l("Service"),
        "alternate_name": _l("Other name"), "organization": _l("Organisation"),
        "categories": _l("Helps with"), "languages": _l("Languages"), "capacity": _l("Places"),
        "status": _l("Status"), "checked": _l("Checked"), "active": _l("In use"),
        "description": _l("Description"), "email": _l("E-mail"), "url": _l("Web page"),
        "website": _l("Web page"), "legal_status": _l("Legal form"), "services": _l("Services"),
        "application_process": _l("How to apply"), "fees_description": _l("Fees"),
        "eligibility_description": _l("For whom"), "wait_time": _l("Waiting time"),
        "interpretation_services": _l("Interpreting"), "transportation": _l("How to get there"),
        "confidential": _l("Confidential: never shown outside the desk"),
        "secrecy": _l("Confidential"), "category_names": _l("Helps with"),
        "language_names": _l("Languages"), "capacity_places": _l("Places in all"),
        "capacity_free": _l("Free places"), "capacity_waiting": _l("People waiting"),
        "capacity_at": _l("Places noted on"), "checked_at": _l("Checked"),
        "number": _l("Number"), "extension": _l("Extension"), "title": _l("Function"),
        "department": _l("Department"), "note": _l("Remark"), "address": _l("Address"),
        "address_1": _l("Street and number"), "address_2": _l("Second line"),
        "postal_code": _l("Postal code"), "city": _l("Town"),
    }  # fmt: skip

    def create_form(self, obj: Any = None) -> Any:
        """The empty form; `?organization=` names the organisation that it is for."""
        form = super().create_form(obj)
        if "organization" in form and form.organization.data is None:
            form.organization.data = self._named_organization()
        return form

    def _named_organization(self) -> Organization | None:
        key = parse_id(request.args.get("organization"))
        if key is None or request.method == "POST":
            return None
        return Organization.scope(current_actor()).where(Organization.id == key).first()

    def search(self, query: ModelSelect, words: str) -> ModelSelect:
        """Entries with each word in their name or in that of their organisation."""
        for each in words.split()[:8]:
            hit = self.model.name.contains(each) | self.model.alternate_name.contains(each)
            if self.model is not Organization:
                named = Organization.select(Organization.id)
                hit |= self.model.organization << named.where(Organization.name.contains(each))
            query = query.where(hit)
        return query

    def render(self, template: str, **values: Any) -> str:
        """A page of the directory, with the words that its templates use."""
        return super().render(
            template, drawing=drawing, show_capacity=show_capacity, show_checked=show_checked,
            show_hours=show_hours, show_status=show_status, **PAGE_WORDS, **values,
        )  # fmt: skip

    def done(self, row: Base, text: str) -> ResponseReturnValue:
        """Back to the page of the entry."""
        flash(text, "success")
        return redirect(self.get_url(".details_view", id=row.id), 303)


class Checked:
    """Entries that somebody confirms once in a while."""

    @expose("/confirm/", methods=("POST",))
    def confirm(self) -> ResponseReturnValue:
        """Note that the entry is true as it stands."""
        row = self.row_or_404()  # type: ignore[attr-defined]
        confirm_entry(row, by=current_actor(), at=now())
        return self.done(row, _("Noted as checked today."))  # type: ignore[attr-defined]


class Services(Checked, DirectoryScreen):
    """What organisations offer."""

    model = Service
    resource = "service"
    path = "service"
    title = _l("Services")
    new_title = _l("New service")
    permissions = {"confirm": "organization:edit", "capacity": "capacity:edit"}
    details_template = "desk/service.html"
    related = (
        Service.organization,
        Load(Service.categories).then(ServiceCategory.category),
        Load(Service.spokenlanguage_set),
    )
    statement_budget = 20
    column_list = ("name", "categories", "languages", "capacity", "checked")
    column_export_list = (
        "service_name", "organization", "category_names", "language_names", "capacity_places",
        "capacity_free", "capacity_waiting", "capacity_at", "status", "email", "checked_at",
    )  # fmt: skip
    column_sortable_list = ("name", ("checked", "checked_at"), ("capacity", "capacity_free"))
    column_default_order = "name"
    column_formatters = {
        "categories": lambda _view, _context, row, _name: show_categories(row),
        "languages": lambda _view, _context, row, _name: show_languages(row.spokenlanguage_set),
        "name": lambda _view, _context, row, _name: called_service(row),
        "service_name": lambda _view, _context, row, _name: row.name,
        "capacity": lambda _view, _context, row, _name: show_capacity(row, stacked=True),
        "checked": lambda _view, _context, row, _name: ago(row.checked_at) or quiet(_("never")),
        "category_names": lambda _view, _context, row, _name: str(show_categories(row, 99)),
        "language_names": lambda _view, _context, row, _name: show_languages(
            row.spokenlanguage_set
        ),
    }
    column_filters = (
        CategoryFilter(Service.id, _l("Helps with"), "category", category_choices),
        ContainsFilter(Organization.name, _l("Organisation"), "organization"),
        "status",
        LanguageFilter(Service.id, _l("Language"), "language", language_codes),
        RoomFilter(Service.capacity_free, _l("Has a free place"), "free"),
        NotCheckedSince(Service),
    )
    form_columns = (
        "organization", "name", "alternate_name", "description", "status", "email", "url",
        "application_process", "eligibility_description", "fees_description", "wait_time",
        "interpretation_services",
    )  # fmt: skip
    form_extra_fields = {
        "categories": CategoriesField(_l("Helps with")),
        "places": PlacesField(
            _l("Where"), description=_l("The locations of the organisation."), choices=[]
        ),
    }
    form_ajax_refs = {"organization": {"fields": ("name",)}}
    form_sections = (
        ("", form_columns[:5]),
        (_l("Helps with"), ("categories",)),
        (_l("Access"), form_columns[5:]),
        ("", ("places",)),
    )
    inline_models = (PHONES, CONTACTS, LANGUAGES_SPOKEN, OPENING_TIMES)

    def create_form(self, obj: Any = None) -> Any:
        """The empty form, with the locations of the organisation if that is known."""
        form = super().create_form(obj)
        form.places.offer(form.organization.data, None)
        return form

    def edit_form(self, obj: Any = None) -> Any:
        """The form of a service, with the locations of its organisation."""
        form = super().edit_form(obj)
        form.places.offer(form.organization.data, obj)
        return form

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: datetime) -> Base:
        """The service, what it helps with and where it is given."""
        form.populate_obj(row)
        save_service(row, by=by, at=at)
        store_categories(row, form.categories.chosen(), by=by, at=at)
        store_places(row, form.places.chosen(), by=by, at=at)
        return row

    @expose("/capacity/", methods=("POST",))
    def capacity(self) -> ResponseReturnValue:
        """Store how many places there are."""
        row = self.row_or_404()
        form = CapacityForm(request.form)
        if not form.validate():
            return self.render(self.details_template, **self.details_values(row, form)), 422
        report_capacity(
            row, places=form.places.data, free=form.free.data, waiting=form.waiting.data,
            by=current_actor(), at=now(),
        )  # fmt: skip
        return self.done(row, _("The places are noted as of now."))

    def details_values(self, row: Any, form: Any = None) -> dict[str, Any]:
        """The entry with everything that belongs to it, each kind in one statement."""
        start = {
            "places": row.capacity_places, "free": row.capacity_free,
            "waiting": row.capacity_waiting,
        }  # fmt: skip
        return {
            "row": row,
            "capacity": form or CapacityForm(None, data=start),
            "areas": areas_of(row),
            "languages": sorted({called_language(each) for each in row.spokenlanguage_set}),
            "phones": list(row.phone_set.limit(MOST_SHOWN)),
            "contacts": contacts_of(row),
            "places": places_of(row),
            "times": opening_times_of(row)[:MOST_SHOWN],
        }


class Organizations(Checked, DirectoryScreen):
    """Who offers services."""

    model = Organization
    resource = "organization"
    path = "organization"
    title = _l("Organisations")
    new_title = _l("New organisation")
    permissions = {"confirm": "edit"}
    details_template = "desk/organization.html"
    related = (Load(Organization.services),)
    column_list = ("name", "services", "email", "active", "checked")
    column_export_list = ("name", "alternate_name", "email", "website", "active", "checked_at")
    column_sortable_list = ("name", "active", ("checked", "checked_at"))
    column_default_order = "name"
    column_formatters = {
        "services": lambda _view, _context, row, _name: len(row.services) or quiet(NOTHING),
        "checked": lambda _view, _context, row, _name: ago(row.checked_at) or quiet(_("never")),
    }
    column_filters = ("active", NotCheckedSince(Organization))
    form_columns = (
        "name", "alternate_name", "description", "email", "website", "legal_status", "active",
    )  # fmt: skip
    inline_models = (PHONES, CONTACTS)

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: datetime) -> Base:
        """The organisation itself; phones and contacts follow with the form."""
        form.populate_obj(row)
        return save_organization(row, by=by, at=at)

    def details_values(self, row: Any) -> dict[str, Any]:
        """The entry with its services and locations."""
        services = Service.scope(current_actor()).where(Service.organization == row)
        places = Location.scope(current_actor()).where(Location.organization == row)
        return {
            "row": row,
            "services": list(services.order_by(Service.name).limit(MOST_SHOWN)),
            "places": with_reach(places),
            "phones": list(row.phone_set.limit(MOST_SHOWN)),
            "contacts": contacts_of(row),
        }


class Locations(DirectoryScreen):
    """Where services are given; confidential places stay inside the desk."""

    model = Location
    resource = "location"
    path = "location"
    title = _l("Locations")
    new_title = _l("New location")
    details_template = "desk/location.html"
    related = (Location.organization, Load(Location.address_set))
    column_list = ("name", "organization", "address", "secrecy")
    column_export_list = ("name", "organization", "address", "confidential")
    column_sortable_list = (
        "name", ("organization", Organization.name), ("secrecy", "confidential"),
    )  # fmt: skip
    column_default_order = "name"
    column_formatters = {
        "address": lambda _view, _context, row, _name: show_address(row),
        "secrecy": lambda _view, _context, row, _name: show_confidential(row),
    }
    column_filters = (
        ContainsFilter(Organization.name, _l("Organisation"), "organization"),
        "confidential",
    )
    form_columns = (
        "organization", "name", "alternate_name", "description", "transportation", "url",
        "confidential",
    )  # fmt: skip
    form_ajax_refs = {"organization": {"fields": ("name",)}}
    inline_models = (ADDRESSES, PHONES, OPENING_TIMES)

    def details_values(self, row: Any) -> dict[str, Any]:
        """The place with its addresses and what is given there."""
        given = ServiceAtLocation.select().where(ServiceAtLocation.location == row)
        return {
            "row": row,
            "addresses": list(row.address_set.limit(MOST_SHOWN)),
            "phones": list(row.phone_set.limit(MOST_SHOWN)),
            "times": opening_times_of(row)[:MOST_SHOWN],
            "services": [
                each.service
                for each in given.limit(MOST_SHOWN).with_related(ServiceAtLocation.service)
            ],
        }
