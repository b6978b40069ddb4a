"""The coordinator's door: Flask-Admin over the domain, behind a sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, g, render_template, request
from flask_admin import Admin
from flask_admin.theme import Theme
from flask_security import current_user
from werkzeug.exceptions import HTTPException

from admin import assets, i18n, sign_in
from admin.agenda import FollowUps, Messages, Needs
from admin.appointments import Appointments
from admin.arrival_import import ArrivalImport
from admin.attention import Attention
from admin.attention_rules import AttentionRules
from admin.auth import current_actor, register_security
from admin.balance import SupportBalance
from admin.base.shown import show_date, show_moment, show_prose, show_value
from admin.cases import Cases
from admin.companions import Companions
from admin.counselling import Clocks, DeadlineKinds, HandoverTasks
from admin.counter import Counter
from admin.directory_import import DirectoryImport
from admin.engagements import Engagements
from admin.forecast import Forecast
from admin.form_answers import Answers
from admin.growth import Growth
from admin.home import Today
from admin.i18n import lazy_gettext as _l
from admin.intake import Inbox, Requests, Review
from admin.interpreting import Interpreting
from admin.meetings import Decisions, Meetings
from admin.network import Contacts, WhoKnows
from admin.opportunities import Opportunities
from admin.participation_settings import Rungs
from admin.people import Households, People
from admin.permissions import note_permissions
from admin.plan_settings import Blockers, StepTypes
from admin.plan_templates import PlanTemplates
from admin.providers import Locations, Organizations, Services
from admin.questionnaire_editor import FormEditor
from admin.questionnaires import Questionnaires
from admin.referrals import Referrals
from admin.reports import Reports
from admin.settings import LifeAreas, NeedCategories, SettingsPage, Sites, Texts
from admin.strengths import Skills
from admin.system import AuditTrail, Outbox, StaffAccounts
from admin.volunteers import Offers
from admin.waiting import Waiting
from admin.week import MyWeek, register_calendar
from admin.workload import Workload
from casework.core.config import Config
from casework.core.db import clean
from casework.core.i18n import LANGUAGES, STAFF_LANGUAGES, language
from casework.core.settings import all_settings

TODAY, COUNTER, INBOX, CASES = _l("Today"), _l("Appointments"), _l("Inbox"), _l("Cases")
PEOPLE, DIRECTORY, VOLUNTEERS = _l("People & households"), _l("Directory"), _l("Volunteers")
NETWORK, GROWTH = _l("Network"), _l("Sites & growth")
FIGURES = _l("Figures")
FORMS, SETTINGS, SYSTEM = _l("Forms"), _l("Settings"), _l("System")

# Every screen, in the order of the menu; the first one is what `/admin/` shows.
MENU: list[tuple[Any, type]] = [
    (TODAY, Today),
    (TODAY, Attention),
    (COUNTER, Counter),
    (COUNTER, MyWeek),
    (COUNTER, Appointments),
    (TODAY, SupportBalance),
    (INBOX, Inbox),
    (INBOX, Review),
    (INBOX, Requests),
    (INBOX, Messages),
    (CASES, Cases),
    (CASES, Needs),
    (CASES, Referrals),
    (CASES, FollowUps),
    (CASES, Waiting),
    (CASES, Clocks),
    (CASES, Interpreting),
    (PEOPLE, People),
    (PEOPLE, Households),
    (DIRECTORY, Services),
    (DIRECTORY, Organizations),
    (DIRECTORY, Locations),
    (DIRECTORY, DirectoryImport),
    (DIRECTORY, Opportunities),
    (NETWORK, Contacts),
    (NETWORK, WhoKnows),
    (NETWORK, Meetings),
    (NETWORK, Decisions),
    (VOLUNTEERS, Offers),
    (VOLUNTEERS, Engagements),
    (VOLUNTEERS, Companions),
    (GROWTH, Growth),
    (GROWTH, ArrivalImport),
    (GROWTH, Workload),
    (GROWTH, Forecast),
    (FIGURES, Reports),
    (FORMS, Questionnaires),
    (FORMS, FormEditor),
    (FORMS, Answers),
    (SETTINGS, LifeAreas),
    (SETTINGS, NeedCategories),
    (SETTINGS, Blockers),
    (SETTINGS, PlanTemplates),
    (SETTINGS, Rungs),
    (SETTINGS, Skills),
    (SETTINGS, DeadlineKinds),
    (SETTINGS, HandoverTasks),
    (SETTINGS, StepTypes),
    (SETTINGS, AttentionRules),
    (SETTINGS, Texts),
    (SETTINGS, Sites),
    (SETTINGS, SettingsPage),
    (SYSTEM, StaffAccounts),
    (SYSTEM, AuditTrail),
    (SYSTEM, Outbox),
]

ERRORS = {
    400: _l(
        "This form is no longer valid. Please go back, load the page again and repeat the step."
    ),
    404: _l("This page does not exist, or it is not open to your account."),
    405: _l("This address cannot be used like that. Please go back."),
    413: _l("What you sent is too large. Please send less at once."),
    429: _l("Too many tries. Please wait a quarter of an hour and try again."),
    500: _l(
        "Something went wrong on our side. Nothing was changed by this step. "
        "Please try again in a few minutes."
    ),
}


def register(app: Flask, config: Config) -> None:
    """Put the desk under `/admin/`: sign-in, layout, static files and every screen of `MENU`."""
    register_security(app, config)
    desk = Blueprint("desk", __name__, url_prefix="/admin", template_folder="templates")
    assets.serve_from(desk)
    sign_in.register_pages(desk)
    register_calendar(desk)
    app.register_blueprint(desk)
    app.context_processor(template_values)
    back_office = Admin(
        name="Lotse",
        url="/admin",
        index_view=MENU[0][1](endpoint="admin", url="/admin"),
        theme=Theme(folder="bootstrap4", base_template="admin/base.html"),
        csp_nonce_generator=lambda: g.nonce,
    )
    for _group, screen in MENU[1:]:
        back_office.add_view(screen())
    back_office.init_app(app)
    for each in back_office._views:
        note_permissions(each)
    app.extensions["lotse"]["desk"] = back_office


def menu() -> list[tuple[str, list[Any]]]:
    """The groups of the menu with the screens that the reader may open, in order."""
    groups: dict[str, list[Any]] = {}
    if current_user.is_authenticated:
        screens = current_app.extensions["lotse"]["desk"]._views
        for (group, _class), screen in zip(MENU, screens, strict=True):
            if screen.is_visible() and screen.is_accessible():
                groups.setdefault(str(group), []).append(screen)
    return list(groups.items())


def template_values() -> dict[str, Any]:
    """What every template of the desk may ask for; the portal's get nothing of it."""
    if not request.path.startswith("/admin"):
        return {}
    return {
        "_": i18n.gettext,
        "gettext": i18n.gettext,
        "ngettext": i18n.ngettext,
        "page_language": language(i18n.reading_language()),
        "staff_languages": [LANGUAGES[tag] for tag in STAFF_LANGUAGES],
        "languages": LANGUAGES,
        "desk_menu": menu,
        "clean": clean,
        "actor": current_actor,
        "site": site,
        "show_moment": show_moment,
        "show_date": show_date,
        "show_prose": show_prose,
        "show_value": show_value,
    }


def site() -> dict[str, Any]:
    """All settings, read once a request."""
    if "settings" not in g:
        g.settings = all_settings()
    return g.settings


def show_error(error: HTTPException) -> tuple[str, int]:
    """The page for an HTTP error, in the reader's language and without internals."""
    code = error.code or 500
    template = "admin/error.html" if code < 500 else "admin/error_plain.html"
    text = ERRORS.get(code) or ERRORS[400 if code < 500 else 500]
    return render_template(template, code=code, text=text), code
