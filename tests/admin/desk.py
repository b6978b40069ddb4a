"""A small library for tests of the desk: two tables, our view of them, and Flask-Admin's own."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import Flask, g
from flask_admin import Admin, expose
from flask_admin.contrib.peewee import ModelView
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import FileSystemBytecodeCache
from peewee import BooleanField, CharField, ForeignKeyField, ModelSelect, UUIDField

import admin
from admin.base import CaseworkView, DeskPage
from app import current_locale, flask_settings, register_errors, register_headers
from casework.core.access import Actor
from casework.core.config import Config
from casework.core.crypto import SealedField
from casework.core.db import Base, LineField, UtcField
from casework.staff import Staff
from tests.pages import PageClient
from tests.world import PASSWORD

KINDS = [("tall", "tall"), ("wide", "wide")]
# Each test has an application of its own; compiling the same templates for each takes longest.
_COMPILED = tempfile.TemporaryDirectory(prefix="lotse-templates-")


class Shelf(Base):
    """Belongs to an organisation; the coordinator sees all."""

    name = LineField(max_length=60, unique=True)
    owner_id = UUIDField(null=True)
    kind = CharField(max_length=8, default="tall", choices=KINDS)
    lit = BooleanField(null=True)
    secret = SealedField(max_length=200, null=True)
    built_at = UtcField(null=True)

    class Meta:
        table_name = "shelves"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        rows = cls.select()
        return rows if staff.sees_all else rows.where(cls.owner_id == staff.organization_id)

    def __str__(self) -> str:
        return self.name


class Book(Base):
    """Stands on a shelf and is seen by who sees the shelf."""

    shelf = ForeignKeyField(Shelf, backref="books", on_delete="RESTRICT")
    title = LineField(max_length=60, unique=True)

    class Meta:
        table_name = "books"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        shelves = Shelf.scope(staff).select(Shelf.id)
        return cls.select().where(cls.shelf << shelves)

    def __str__(self) -> str:
        return self.title


class Shelves(CaseworkView):
    """Everything switched on, under a resource that three roles have."""

    model = Shelf
    resource = "case"
    title = "Shelves"
    can_delete = can_export = records_reads = True
    column_list = ("name", "kind", "lit", "secret", "built_at")
    column_searchable_list = ("name",)
    column_filters = ("kind", "lit", "built_at")
    column_editable_list = ("kind",)
    form_columns = ("name", "kind", "lit", "secret", "built_at", "owner_id")


class Books(CaseworkView):
    """With a look-up of the shelf."""

    model = Book
    resource = "case"
    title = "Books"
    can_delete = can_export = True
    column_list = ("title", "shelf")
    column_filters = ("shelf", Shelf.name, Shelf.kind)
    column_sortable_list = ("title", ("shelf", Shelf.name))
    form_columns = ("title", "shelf")
    form_ajax_refs = {"shelf": {"fields": ("name",)}}


class Start(DeskPage):
    title = "Start"
    resource = "home"

    @expose("/")
    def index_view(self) -> str:
        return self.render("admin/recovery_codes.html", codes=[])


def make_desk(config: Config, clock: Any, screens: list[type], monkeypatch: Any) -> Flask:
    """An application with the sign-in and these screens only, on the test's own database."""
    app = _bare(config, clock)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(_COMPILED.name)
    CSRFProtect(app)
    register_headers(app, config)
    monkeypatch.setattr(admin, "MENU", [("Start", Start), *(("Test", each) for each in screens)])
    admin.register(app, config)
    register_errors(app)
    app.test_client_class = PageClient
    return app


def make_stock(config: Config, clock: Any, *views: ModelView) -> Flask:
    """Flask-Admin as it comes, for comparison."""
    app = _bare(config, clock)
    app.testing = False
    app.secret_key = "stock"
    back_office = Admin(app, url="/admin")
    for view in views:
        back_office.add_view(view)
    return app


def sign_in(client: Any, staff: Staff, **more: str) -> Any:
    """Sign in with the password that `world` gives everybody."""
    return client.submit("/admin/login", {"email": staff.email, "password": PASSWORD, **more})


def _bare(config: Config, clock: Any) -> Flask:
    app = Flask("library", static_folder=None, template_folder=None)
    app.config.update(flask_settings(config) | {"TESTING": True})
    app.extensions["lotse"] = {"config": config, "clock": clock}
    Babel(app, locale_selector=current_locale)
    app.before_request(_english)
    return app


def _english() -> None:
    g.language = "en"
