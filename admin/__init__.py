"""The coordinator's door: Flask-Admin over the domain, behind a sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, g, render_template, request
from flask_admin import Admin
from flask_admin.theme import Theme
from flask_security import current_user
from werkzeug.exceptions import HTTPException

from admin import assets, i18n, sign_in
from admin.auth import prepare_request, register_security, template_values
from admin.menu import MENU
from casework.core.config import Config
from casework.core.i18n import STAFF_LANGUAGES, language
from casework.core.settings import all_settings
