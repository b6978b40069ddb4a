"""`upgrade` and what a new installation begins with: content, settings, two accounts."""

from __future__ import annotations

import functools
import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from casework.commands.plain import EarlyCommand
from casework.commands.town import demo_accounts, sign_in_lines
from casework.core.access import SYSTEM, Role
from casework.core.clock import system_clock
from casework.core.config import Config
from casework.core.db import migrate, transaction
from casework.core.settings import Setting, change_setting, setting
from casework.deadlines import DeadlineKind, load_deadline_kinds
from casework.formats.xlsform import read_xlsform
from casework.handovers import HandoverTask, load_handover_tasks
from casework.life_areas import LifeArea, NeedCategory, load_life_areas
from casework.participation.ladder import load_rungs
from casework.participation.models import Rung
from casework.plans.blockers import Blocker, load_blockers
from casework.plans.step_types import StepType, load_step_types
from casework.plans.template_writing import change_template, completed
from casework.plans.templates import PlanTemplate, load_templates
from casework.questionnaires.findings import BrokenDefinition
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.publishing import import_definition, publish
from casework.skills import Skill, is_unnamed, load_skills
from casework.staff import Staff, add_staff
from casework.texts import Text, load_texts

STARTER = Path(__file__).parents[1] / "starter"
FORMS = {
    "help": "request",
    "offer": "offer",
    "assessment": "assessment",
    "follow-up": "follow_up",
    "provider": "other",
}
INTERNAL = ("assessment", "follow_up")
FIRST_ROLES = (Role.ADMINISTRATOR, Role.COORDINATOR)


@click.command(cls=EarlyCommand)
@click.pass_obj
def upgrade(config: Config) -> None:
    """Bring the database up to date and add starter content that is missing."""
    for name in bring_up_to_date(config, at=system_clock()):
        click.echo(f"Applied {name}.")
    click.echo("The database is up to date.")


def prepare(config: Config) -> None:
    """Everything before serving: `upgrade`, and at the very first start two accounts.

    Their passwords are printed once and stored nowhere in clear.
    """
    now = system_clock()
    bring_up_to_date(config, at=now)
    for sentence in config.announcements:
        click.echo(sentence)
    if setting("instance_kind") == "demo":
        lines = sign_in_lines(demo_accounts(), config.base_url)
    else:
        lines = _welcome(first_accounts(config, at=now), config.base_url)
    for line in lines:
        click.echo(line)


def _welcome(accounts: list[tuple[Staff, str]], base_url: str) -> list[str]:
    if not accounts:
        return []
    return [
        f"This is the first start. Sign in at {base_url}/admin/login with",
        *(f"  {row.email:32} password: {password}   ({row.role})" for row, password in accounts),
        "These passwords are shown only now. Please change them after signing in, "
        "and add accounts for your colleagues.",
    ]


def bring_up_to_date(config: Config, *, at: datetime) -> list[str]:
    """Apply pending migrations, add starter content, note the public address.

    Returns the names of the migrations that were applied.
    """
    applied = migrate()
    load_starter_content(at=at)
    if setting("base_url") != config.base_url:
        change_setting("base_url", config.base_url, by=SYSTEM, at=at)
    return applied


def load_starter_content(*, at: datetime) -> None:
    """Life areas, plans, skills, lists, texts, settings and forms of the program, where absent."""
    _load_life_areas(_content("life_areas"), at=at)
    _load_plans(_content("plans"), at=at)
    _load_skills(_content("skills"), at=at)
    _load_handover(_content("handover"), at=at)
    _load_texts(_content("texts"), at=at)
    _load_rungs(_content("rungs"), at=at)
    _load_settings(_content("settings"), at=at)
    _load_forms(at=at)


def first_accounts(config: Config, *, at: datetime) -> list[tuple[Staff, str]]:
    """An administrator and a coordinator with random passwords, where there is nobody yet."""
    if Staff.select().exists():
        return []
    host = urlsplit(config.base_url).hostname or ""
    domain = host if "." in host and not host[-1].isdigit() else "lotse.example"
    accounts = []
    for role in FIRST_ROLES:
        password = secrets.token_urlsafe(15)
        account = add_staff(f"{role.value}@{domain}", role, password, by=SYSTEM, at=at)
        accounts.append((account, password))
    return accounts


def _load_life_areas(content: dict[str, Any], *, at: datetime) -> None:
    known = {row.code for model in (LifeArea, NeedCategory) for row in model.select(model.code)}
    if any(each["code"] not in known for kind in content.values() for each in kind):
        load_life_areas(content, by=SYSTEM, at=at)


def _load_plans(content: dict[str, Any], *, at: datetime) -> None:
    blockers = {row.code for row in Blocker.select(Blocker.code)}
    if any(each["code"] not in blockers for each in content["blockers"]):
        load_blockers(content["blockers"], by=SYSTEM, at=at)
    types = {row.code for row in StepType.select(StepType.code)}
    if any(each["code"] not in types for each in content["step_types"]):
        load_step_types(content["step_types"], by=SYSTEM, at=at)
    templates = {row.code for row in PlanTemplate.select(PlanTemplate.code)}
    if any(each["code"] not in templates for each in content["templates"]):
        load_templates(content, by=SYSTEM, at=at)
    for row in PlanTemplate.select():
        more = completed(row.content, content["texts"])
        if more != row.content:
            change_template(row, more, revision=row.revision, by=SYSTEM, at=at)


def _load_skills(content: list[dict[str, Any]], *, at: datetime) -> None:
    known = {row.code: row for row in Skill.select()}
    if any(
        each["code"] not in known or is_unnamed(known[each["code"]], each["labels"])
        for each in content
    ):
        load_skills(content, by=SYSTEM, at=at)


def _load_handover(content: dict[str, Any], *, at: datetime) -> None:
    kinds = {row.code for row in DeadlineKind.select(DeadlineKind.code)}
    if any(each["code"] not in kinds for each in content["deadline_kinds"]):
        load_deadline_kinds(content["deadline_kinds"], by=SYSTEM, at=at)
    tasks = {row.code for row in HandoverTask.select(HandoverTask.code)}
    if any(each["code"] not in tasks for each in content["handover_tasks"]):
        load_handover_tasks(content["handover_tasks"], by=SYSTEM, at=at)


def _load_texts(content: dict[str, dict[str, Any]], *, at: datetime) -> None:
    known = {(row.key, row.language) for row in Text.select(Text.key, Text.language)}
    if any((key, tag) not in known for key, languages in content.items() for tag in languages):
        load_texts(content, by=SYSTEM, at=at)


def _load_rungs(content: dict[str, Any], *, at: datetime) -> None:
    known = {row.code for row in Rung.select(Rung.code)}
    if any(each["code"] not in known for each in content["rungs"]):
        load_rungs(content, by=SYSTEM, at=at)


def _load_settings(content: dict[str, Any], *, at: datetime) -> None:
    known = {row.key for row in Setting.select(Setting.key)}
    for key, value in content.items():
        if key not in known:
            change_setting(key, value, by=SYSTEM, at=at)


def _load_forms(*, at: datetime) -> None:
    """The forms whose slug is new; one that is there stays as it is, whatever its state.

    Where there are forms already, a new public one comes as a draft: an upgrade puts
    nothing on the portal that nobody here has looked at.
    """
    known = {row.slug for row in Questionnaire.select(Questionnaire.slug)}
    for slug, purpose in FORMS.items():
        if slug not in known:
            _load_form(slug, purpose, published=not known or purpose in INTERNAL, at=at)


def _load_form(slug: str, purpose: str, *, published: bool, at: datetime) -> None:
    reading = read_xlsform((STARTER / "forms" / f"{slug}.xlsx").read_bytes(), name=slug)
    if reading.definition is None:
        raise BrokenDefinition(reading.findings)
    with transaction():
        version = import_definition(slug, reading.definition, purpose=purpose, by=SYSTEM, at=at)
        if published:
            publish(version.questionnaire, version, by=SYSTEM, at=at)


@functools.cache
def _content(name: str) -> Any:
    return json.loads((STARTER / f"{name}.json").read_text(encoding="utf-8"))
