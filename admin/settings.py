"""What changes without code: life areas, need categories, texts, sites, the centre itself."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from wtforms import IntegerField, SelectField, StringField, TextAreaField, validators

from admin.auth import current_actor, now
from admin.base import CaseworkView, DeskForm, DeskPage
from admin.base.fields import options_of
from admin.i18n import gettext as _
from admin.i18n import lazy_gettext as _l
from admin.icons import show_area
from admin.text_words import TEXT_NAMES
from admin.words import language_name, word
from casework.core.access import Actor
from casework.core.db import Base, transaction
from casework.core.i18n import LANGUAGES
from casework.core.settings import DEFAULTS, all_settings, change_setting
from casework.core.working_days import FEDERAL_STATES
from casework.life_areas import LifeArea, NeedCategory
from casework.sites import Site
from casework.texts import Text, change_text

CODE = {
    "description": _l(
        "Small letters, digits and _. It stays the same for ever: forms refer to it."
    ),
    "validators": [
        validators.InputRequired(),
        validators.Regexp(r"[a-z][a-z0-9_]*\Z", message=_l("Small letters, digits and _ only.")),
    ],
}
SITE_KINDS = {
    "shared_housing": _l("Shared accommodation"),
    "follow_up_accommodation": _l("Follow-up accommodation"),
    "counselling_office": _l("Counselling office"),
    "other": _l("Other"),
}
REVIEWS = {"draft": _l("draft"), "machine": _l("by machine"), "reviewed": _l("checked")}
LABELS = {"needed": ("de",), "description": _l("German is needed; a missing language shows it.")}


class Coded(CaseworkView):
    """Rows with a code that forms refer to: it is chosen once."""

    column_labels = {
        "labels": _l("Name"), "position": _l("Order"), "life_area": _l("Life area"),
        "code": _l("Code"), "active": _l("In use"), "icon": _l("Icon"),
    }  # fmt: skip
    column_filters: Any = ("active",)
    form_args: Any = {"code": CODE, "labels": LABELS}

    def edit_form(self, obj: Any = None) -> Any:
        """The form without the code."""
        form = super().edit_form(obj)
        del form.code
        return form


class LifeAreas(Coded):
    """Areas of life that needs and support are seen by."""

    model = LifeArea
    resource = "life_area"
    title = _l("Life areas")
    new_title = _l("New life area")
    column_list = ("labels", "code", "position", "active")
    column_formatters = {"labels": lambda view, context, row, name: show_area(row)}
    column_default_order = "position"
    form_columns = ("code", "labels", "icon", "position", "active")
    form_args = {
        "code": CODE, "labels": LABELS,
        "icon": {"choices": lambda: [(icon, icon) for icon in known_icons()]},
    }  # fmt: skip


class NeedCategories(Coded):
    """What somebody can need, within a life area."""

    model = NeedCategory
    resource = "need_category"
    title = _l("Need categories")
    new_title = _l("New need category")
    column_list = ("labels", "life_area", "code", "position", "active")
    column_sortable_list = (("life_area", LifeArea.position), "code", "position", "active")
    column_default_order = [("life_area", False), ("position", False)]
    column_filters = ("life_area", "active")
    form_columns = ("code", "labels", "life_area", "position", "active")


class Sites(CaseworkView):
    """Where people live."""

    model = Site
    resource = "site"
    title = _l("Sites")
    new_title = _l("New site")
    column_list = ("name", "kind", "capacity", "active")
    column_labels = {
        "name": _l("Name"), "kind": _l("Kind"), "capacity": _l("Places"),
        "address": _l("Address"), "notes": _l("Notes"), "active": _l("In use"),
    }  # fmt: skip
    column_choices = {"kind": list(SITE_KINDS.items())}
    column_filters = ("kind", "active")
    column_searchable_list = ("name", "address")
    column_default_order = "name"
    column_details_list = ("name", "kind", "address", "capacity", "notes", "active")
    form_columns = column_details_list
    form_args = {"capacity": {"validators": [validators.NumberRange(min=0)]}}


class Texts(CaseworkView):
    """Page and mail texts: one row a text, one column a language."""

    model = Text
    resource = "text"
    title = _l("Texts")
    intro = _l(
        "Pages and mails in every language. A mark says whether somebody who knows the "
        "language has checked the text."
    )
    can_create = False
    column_list = ("key", "language", "subject", "review", "changed_at")
    column_labels = {
        "key": _l("Text"), "language": _l("Language"), "subject": _l("Title or subject"),
        "body": _l("Text"), "review": _l("Checked"), "changed_at": _l("Changed"),
    }  # fmt: skip
    column_formatters = {
        "key": lambda _view, _context, row, _name: word(TEXT_NAMES, row.key),
        "language": lambda _view, _context, row, _name: language_name(row.language),
    }
    column_choices = {"review": list(REVIEWS.items())}
    column_details_list = ("key", "language", "subject", "body", "review", "changed_at")
    form_columns = ("subject", "body", "review")
    form_args = {
        "body": {
            "validators": [validators.InputRequired()],
            "render_kw": {"rows": 20},
            "description": _l(
                "A blank line begins a paragraph, ## a heading, - an entry of a list. "
                "Words such as %(centre)s are filled in; keep them as they are."
            ),
        },
    }
    list_template = "admin/texts.html"
    edit_template = "admin/text.html"

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The table of texts and languages."""
        rows: Any = self.get_query().select(Text.id, Text.key, Text.language, Text.review)
        table: dict[str, dict[str, Text]] = {}
        for row in rows.order_by(Text.key):
            table.setdefault(row.key, {})[row.language] = row
        return self.render(
            self.list_template, table=in_order(table), words=REVIEWS, names=TEXT_NAMES
        )

    @expose("/begin/", methods=("POST",))
    def begin_view(self) -> ResponseReturnValue:
        """Begin a text in a language that it lacks, with the German words."""
        key, tag = request.form.get("key", ""), request.form.get("language", "")
        german = self.get_query().where((Text.key == key) & (Text.language == "de")).first()
        known = self.get_query().where((Text.key == key) & (Text.language == tag)).first()
        if german is None or tag not in LANGUAGES:
            abort(404)
        row = known or change_text(
            key, tag, subject=german.subject, body=german.body, by=current_actor(), at=now()
        )
        return redirect(self.get_url(".edit_view", id=row.id), 303)

    def store(self, form: Any, row: Any, created: bool, *, by: Actor, at: Any) -> Base:
        return change_text(
            row.key, row.language, subject=form.subject.data or "", body=form.body.data,
            review=form.review.data, by=by, at=at,
        )  # fmt: skip

    def details_values(self, row: Any) -> dict[str, Any]:
        """The German wording stands beside every other."""
        german = self.get_query().where((Text.key == row.key) & (Text.language == "de")).first()
        return super().details_values(row) | {"german": german}


def in_order(table: dict[str, Any]) -> dict[str, Any]:
    """Texts in the order of their names; what nobody named stands last."""
    known = {key: number for number, key in enumerate(TEXT_NAMES)}
    return dict(sorted(table.items(), key=lambda each: known.get(each[0], len(known))))


class CentreForm(DeskForm):
    """The settings of this instance, named as in `casework.core.settings`."""

    centre_name = StringField(
        _l("Name of the centre"), [validators.InputRequired(), validators.Length(max=100)]
    )
    centre_phone = StringField(_l("Telephone"), [validators.Length(max=60)])
    centre_email = StringField(_l("E-mail"), [validators.Optional(), validators.Email()])
    centre_hours = TextAreaField(_l("Opening hours"), [validators.Length(max=500)])
    target_group = TextAreaField(
        _l("Target group"), [validators.Length(max=500)],
        description=_l("Whom the centre is there for. It is shown on the start page."),
    )  # fmt: skip
    site_zone = StringField(
        _l("Time zone"), description=_l("For example Europe/Berlin. All times are shown in it.")
    )
    federal_state = SelectField(
        _l("Federal state"),
        choices=options_of([
            ("", _l("none: only the public holidays of all of Germany")), *FEDERAL_STATES.items()
        ]),
        description=_l("Its public holidays are no working days."),
    )  # fmt: skip
    draft_days = IntegerField(_l("Days after which an unfinished form is deleted"))
    reply_link_days = IntegerField(_l("Days for which a provider's reply link works"))
    follow_up_days = IntegerField(_l("Days until a referral is looked at again"))
    release_days = IntegerField(_l("Days for which a release counts"))
    fact_days = IntegerField(
        _l("Days for which missed appointments and what was said about them are shown"),
        description=_l("After that they are not shown any more, and notes about them are deleted."),
    )
    answer_days = IntegerField(_l("Days after which a message that nobody opened counts as a fact"))
    counselling_years = IntegerField(_l("Years that counselling takes"))
    counselling_years_most = IntegerField(_l("Years that counselling takes at the most"))
    upload_megabytes = IntegerField(_l("Largest file that a form takes, in MB"))
    remind_mail_days = IntegerField(
        _l("Days before an appointment on which a mail reminds of it"),
        description=_l("0 for none. The mail only says that there is an appointment and where "
                       "to read it."),
    )  # fmt: skip
    remind_page_days = IntegerField(
        _l("Days before an appointment from which the status page shows it first"),
        description=_l("0 for none."),
    )
    support_over = IntegerField(
        _l("Number of supporters in one area of life from which on many help at once"),
        description=_l("After a change the support balance is counted anew within minutes."),
    )
    support_recent_days = IntegerField(
        _l("Days for which help that has ended counts as recent"),
        description=_l("So long the same help is called double, and is not handed back."),
    )
    people_per_manager = IntegerField(
        _l("People per integration manager"),
        description=_l("The staffing rule that workload is shown against."),
    )
    engagement_answer_days = IntegerField(
        _l("Days after which somebody asks what became of a proposed engagement")
    )
    engagement_quiet_days = IntegerField(
        _l("Days without news after which somebody asks how an engagement goes")
    )

    def validate_site_zone(self, field: Any) -> None:
        if field.data not in available_timezones():
            raise validators.ValidationError(
                _("This time zone is not known. Please write it as in Europe/Berlin.")
            )


MOST = {
    "draft_days": 90, "reply_link_days": 90, "follow_up_days": 365, "release_days": 1100,
    "upload_megabytes": 10, "remind_mail_days": 14, "remind_page_days": 60,
    "people_per_manager": 1000, "fact_days": 1100, "answer_days": 90, "counselling_years": 10,
    "counselling_years_most": 15, "support_over": 20, "support_recent_days": 730,
    "engagement_answer_days": 90, "engagement_quiet_days": 365,
}  # fmt: skip
MAY_BE_NONE = ("remind_mail_days", "remind_page_days")


class SettingsPage(DeskPage):
    """One form with all settings of the instance."""

    title = _l("The centre")
    path = "settings"
    resource = "setting"

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """Show the settings, or store what was changed."""
        form = CentreForm(request.form if request.method == "POST" else None, data=all_settings())
        for name, most in MOST.items():
            least = 0 if name in MAY_BE_NONE else 1
            text = _(
                "Please enter a whole number from %(least)s to %(most)s.", least=least, most=most
            )
            form[name].validators = [validators.NumberRange(min=least, max=most, message=text)]
        if request.method == "POST" and form.validate():
            self._store(form)
            flash(_("Saved."), "success")
            return redirect(self.get_url(".index_view"), 303)
        return self.render("admin/settings.html", form=form), 422 if form.errors else 200

    def _store(self, form: CentreForm) -> None:
        present = all_settings()
        with transaction():
            for field in form:
                value = field.data if field.data is not None else DEFAULTS[field.name]
                if value != present[field.name]:
                    change_setting(field.name, value, by=current_actor(), at=now())


def known_icons() -> list[str]:
    """The pictures that life areas use; a new area takes one of them."""
    rows = LifeArea.select(LifeArea.icon).distinct().order_by(LifeArea.icon)
    return [row.icon for row in rows]
