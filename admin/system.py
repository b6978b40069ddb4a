"""Settings without code, and what keeps the house in order: accounts, audit trail, mails."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from markupsafe import Markup
from wtforms import IntegerField, SelectField, StringField, TextAreaField, validators

from admin.auth import current_actor, now
from admin.base import CaseworkView, ChoiceFilter, DeskForm, DeskPage, show_moment
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.i18n import reading_language
from casework.accounts import (
    change_staff,
    disable_staff,
    enable_staff,
    reset_password,
    reset_second_factor,
)
from casework.core.access import ROLE_NAMES, Role
from casework.core.audit import RECORDED, AuditEntry
from casework.core.db import transaction
from casework.core.i18n import LANGUAGES, STAFF_LANGUAGES
from casework.core.settings import all_settings, change_setting
from casework.life_areas import LifeArea, NeedCategory
from casework.messages import OutboxMail, retry_mail
from casework.sites import Site
from casework.staff import EmailRefused, EmailTaken, OrganizationMissing, Staff, add_staff
from casework.texts import REVIEW_STATES, Text, change_text


class Today(DeskPage):
    """The start page."""

    title = _l("Today")
    resource = "home"

    @expose("/")
    def index_view(self) -> str:
        """The reader's screens."""
        return self.render("admin/today.html")


class LifeAreas(CaseworkView):
    """Life areas with their names in every language."""

    model = LifeArea
    resource = "life_area"
    title = _l("Life areas")
    new_title = _l("New life area")
    column_list = ("labels", "code", "position", "active")
    column_labels = {"labels": _l("Name"), "position": _l("Order"), "icon": _l("Icon")}
    column_default_order = "position"
    column_filters = ("active",)
    form_columns = ("code", "labels", "icon", "position", "active")


class NeedCategories(CaseworkView):
    """What somebody can need, within a life area."""

    model = NeedCategory
    resource = "need_category"
    title = _l("Need categories")
    new_title = _l("New need category")
    column_list = ("labels", "life_area", "code", "position", "active")
    column_labels = {"labels": _l("Name"), "position": _l("Order"), "life_area": _l("Life area")}
    column_default_order = [("life_area", False), ("position", False)]
    column_filters = ("life_area", "active")
    form_columns = ("code", "labels", "life_area", "position", "active")


class Sites(CaseworkView):
    """Where people live."""

    model = Site
    resource = "site"
    title = _l("Sites")
    new_title = _l("New site")
    column_list = ("name", "kind", "capacity", "planned_arrivals", "planned_on", "active")
    column_filters = ("kind", "active")
    column_searchable_list = ("name", "address")
    column_default_order = "name"
