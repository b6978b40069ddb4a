"""`save_to`: which answers go where in the domain. `docs/questionnaires.md` explains each name."""

from __future__ import annotations

from typing import Any

from casework.core.tongues import NAMED
from casework.questionnaires.forms import ROW_KEY, Form, Spec

SAVE_TO = (
    "person.given_name",
    "person.family_name",
    "person.birth_date",
    "person.gender",
    "person.languages",
    "person.phone",
    "person.email",
    "person.interpreter",
    "household.size",
    "household.postal_code",
    "household.place",
    "household.site",
    "household.housing",
    "member.given_name",
    "member.family_name",
    "member.birth_date",
    "member.relation",
    "member.gender",
    "strength.wish",
    "strength.field",
    "strength.skill",
    "strength.licence",
    "strength.mother_tongue",
    *(f"strength.level_{tag}" for tag in NAMED),
    "strength.schooling",
    "strength.recognition",
    "strength.literacy",
    "strength.hours",
    "strength.experience",
    "strength.education",
    "strength.hopes",
    "need.category",
    "need.description",
    "need.urgency",
    "contact.channel",
    "contact.times",
    "contact.address",
    "helper.name",
    "helper.relation",
    "helper.phone",
    "helper.consent",
    "release.provider",
    "offer.category",
    "offer.description",
    "offer.languages",
    "offer.availability",
    "offer.places",
    "organization.name",
    "organization.description",
    "organization.website",
    "organization.email",
    "organization.phone",
    "organization.street",
    "organization.postal_code",
    "organization.city",
    "organization.address_public",
    "organization.contact_name",
    "organization.contact_role",
    "organization.contact_public",
    "organization.publish",
    "organization.confirm_by",
    "service.name",
    "service.category",
    "service.eligibility",
    "service.languages",
    "service.fees",
    "service.times",
    "service.free",
)


def mapping(form: Form, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers by `save_to` name, only those that exist.

    Outside repeats a name holds the answer itself; when several questions share a name,
    lists are joined and otherwise the first answer counts. Inside a repeat the rows are
    collected under the part before the dot: `{"member": [{"given_name": …}, …]}`; each row
    keeps its id as `_row`.
    """
    found: dict[str, Any] = {}
    _collect(form, form.root, answers, found)
    return found


def _collect(form: Form, scope: Spec, answers: dict[str, Any], found: dict[str, Any]) -> None:
    for spec in form.members(scope):
        value = answers.get(spec.key)
        if not value:
            continue
        if spec.kind == "repeat":
            for row in value:
                _collect_row(form, spec, row, found)
        elif spec.item is not None and spec.item.save_to:
            _keep(found, spec.item.save_to, value)


def _collect_row(form: Form, repeat: Spec, row: dict[str, Any], found: dict[str, Any]) -> None:
    inner: dict[str, Any] = {}
    _collect(form, repeat, row, inner)
    things: dict[str, dict[str, Any]] = {}
    for name, value in inner.items():
        thing, _, attribute = name.partition(".")
        if attribute:
            things.setdefault(thing, {})[attribute] = value
        else:  # rows of a repeat inside this one
            found.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    for thing, attributes in things.items():
        found.setdefault(thing, []).append({ROW_KEY: row.get(ROW_KEY, ""), **attributes})


def _keep(found: dict[str, Any], name: str, value: Any) -> None:
    held = found.get(name)
    if isinstance(held, list) and isinstance(value, list):
        found[name] = list(dict.fromkeys([*held, *value]))
    elif held is None:
        found[name] = value
