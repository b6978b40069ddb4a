"""The starter content: complete in each language, consistent between its files, and safe."""

import functools
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from casework.core.i18n import LANGUAGES, STAFF_LANGUAGES
from casework.core.settings import DEFAULTS
from casework.core.tongues import NAMED

STARTER = Path(__file__).parents[2] / "casework" / "starter"
ABOUT_ONESELF = ("help", "offer")
ANSWERED_AT_LENGTH = ("help", "offer", "assessment", "follow-up")
FORMS = ("help", "offer", "assessment", "follow-up", "provider")
TRANSLATED = {"label", "hint", "required_message", "constraint_message"}
LOGIC = ("relevant", "required", "constraint", "choice_filter")
TYPES = {
    "text", "integer", "date", "tel", "email", "select_one", "select_multiple", "acknowledge",
    "note", "begin_group", "end_group", "begin_repeat", "end_repeat",
}  # fmt: skip
SAVE_TO = {
    "person.given_name", "person.family_name", "person.birth_date", "person.gender",
    "person.languages", "person.phone", "person.email", "person.interpreter",
    "household.place", "household.housing", "contact.address",
    "strength.wish", "strength.field", "strength.skill", "strength.schooling",
    "strength.experience", "strength.hopes",
    *(f"strength.level_{tag}" for tag in NAMED),
    "member.given_name", "member.family_name", "member.birth_date", "member.relation",
    "need.category", "need.description", "need.urgency", "contact.channel", "contact.times",
    "helper.name", "helper.relation", "helper.phone", "helper.consent", "release.provider",
    "offer.category", "offer.description", "offer.languages", "offer.availability",
    "offer.places",
    "organization.name", "organization.description", "organization.website",
    "organization.email", "organization.phone", "organization.street",
    "organization.postal_code", "organization.city", "organization.address_public",
    "organization.contact_name", "organization.contact_role", "organization.contact_public",
    "organization.publish", "organization.confirm_by",
    "service.name", "service.category", "service.eligibility", "service.languages",
    "service.fees", "service.times", "service.free",
}  # fmt: skip
STAFF_MAILS = {
    "mail.referral",
    "mail.referral_next",
    "mail.referral_reminder",
    "mail.staff_invitation",
    "mail.caseload",
}
PLACEHOLDERS = {
    "page.start": {"centre"},
    "page.privacy": {"centre"},
    "page.imprint": set(),
    "page.accessibility": set(),
    "release.provider": {"centre", "recipient", "expires"},
    "release.request": {"centre", "recipient", "expires"},
    "release.helper": {"centre"},
    "mail.referral": {"link", "expires", "centre"},
    "mail.referral_next": {"link", "expires", "centre"},
    "mail.referral_reminder": {"link", "expires", "centre"},
    "mail.staff_invitation": {"link", "expires", "centre"},
    "mail.caseload": {"link", "centre"},
    "mail.conference": {"day", "time", "venue", "centre"},
    "mail.conference_moved": {"day", "time", "venue", "centre"},
    "mail.conference_cancelled": {"day", "time", "venue", "centre"},
    "mail.status_changed": {"link", "reference", "centre"},
    "mail.message_received": {"link", "reference", "centre"},
    "mail.appointment": {"link", "reference", "centre"},
    "mail.reminder": {"link", "reference", "centre"},
    "mail.offer_received": {"link", "reference", "centre"},
    "mail.form": {"link", "expires", "centre"},
    "reminder.person": {"matters", "centre"},
}


@functools.cache
def workbook(slug):
    return load_workbook(STARTER / "forms" / f"{slug}.xlsx")


def sheet(slug, name):
    """The rows of one sheet as dicts; a translated column is {tag: text}."""
    lines = list(workbook(slug)[name].values)
    rows = []
    for line in lines[1:]:
        row = {}
        for heading, value in zip(lines[0], line, strict=True):
            column, _, language = heading.partition("::")
            if language and value is not None:
                row.setdefault(column, {})[language.rsplit("(", 1)[1].rstrip(")")] = value
            elif value is not None:
                row[column] = value
        rows.append(row)
    return rows


def headings(slug, name):
    return next(workbook(slug)[name].values)


def form_tags(slug):
    found = [h for h in headings(slug, "survey") if h.startswith("label::")]
    return [h.rsplit("(", 1)[1].rstrip(")") for h in found]


def content(name):
    return json.loads((STARTER / name).read_text(encoding="utf-8"))


def labelled_rows(slug):
    for name in ("survey", "choices", "settings"):
        yield from ((name, row) for row in sheet(slug, name))


def saved(row):
    """Where an answer goes: other software knows the name of our column only in part."""
    return row.get("save_to") or row.get("lotse_save_to")


def texts_in(by_tag):
    return [text for fields in by_tag.values() for text in fields.values()]


@pytest.mark.parametrize("slug", FORMS)
def test_a_starter_form_carries_german_and_english_first_and_only_known_languages(slug):
    tags = form_tags(slug)
    assert tags[:2] == ["de", "en"]
    assert tags == [tag for tag in LANGUAGES if tag in tags]


@pytest.mark.parametrize("slug", FORMS)
def test_a_language_column_is_headed_by_the_languages_own_name(slug):
    for name in ("survey", "choices", "settings"):
        for heading in headings(slug, name):
            column, _, language = heading.partition("::")
            if language:
                autonym, tag = re.fullmatch(r"(.+) \((.+)\)", language).groups()
                assert LANGUAGES[tag].autonym == autonym
                assert column in TRANSLATED


@pytest.mark.parametrize("slug", FORMS)
def test_every_text_of_a_form_stands_in_each_of_its_languages(slug):
    tags = form_tags(slug)
    for name, row in labelled_rows(slug):
        for column in TRANSLATED & row.keys():
            missing = [tag for tag in tags if not row[column].get(tag, "").strip()]
            assert not missing, (name, row.get("name"), column, missing)


@pytest.mark.parametrize("slug", FORMS)
def test_every_question_group_and_choice_has_a_label(slug):
    for row in sheet(slug, "survey"):
        assert row["type"].startswith("end_") or row["label"]
    assert all(row["label"] for row in sheet(slug, "choices"))


@pytest.mark.parametrize("slug", FORMS)
def test_names_are_used_once_and_types_are_known(slug):
    survey = sheet(slug, "survey")
    names = [row["name"] for row in survey if "name" in row]
    assert len(names) == len(set(names))
    assert {row["type"].split()[0] for row in survey} <= TYPES
    options = [(row["list_name"], row["name"]) for row in sheet(slug, "choices")]
    assert len(options) == len(set(options))


@pytest.mark.parametrize("slug", FORMS)
def test_every_choice_list_exists_and_is_used(slug):
    wanted = {row["type"].split()[1] for row in sheet(slug, "survey") if " " in row["type"]}
    assert wanted == {row["list_name"] for row in sheet(slug, "choices")}


@pytest.mark.parametrize("slug", FORMS)
def test_logic_names_only_questions_and_choices_that_exist(slug):
    survey = sheet(slug, "survey")
    names = {row["name"]: row["type"] for row in survey if "name" in row}
    options = {(row["list_name"], row["name"]) for row in sheet(slug, "choices")}
    for row in survey:
        logic = " ".join(str(row.get(column, "")) for column in LOGIC)
        assert set(re.findall(r"\$\{(\w+)\}", logic)) <= names.keys()
        compared = re.findall(r"selected\(\$\{(\w+)\}, '([^']+)'\)", logic)
        compared += re.findall(r"\$\{(\w+)\} = '([^']+)'", logic)
        for question, code in compared:
            assert (names[question].split()[1], code) in options


@pytest.mark.parametrize("slug", FORMS)
def test_groups_are_pages_and_lie_inside_nothing_but_a_list(slug):
    around = []
    for row in sheet(slug, "survey"):
        if row["type"].startswith("begin_"):
            assert row["appearance"] == "field-list"
            assert around in ([], ["repeat"])
            around.append(row["type"].removeprefix("begin_"))
        elif row["type"].startswith("end_"):
            assert around.pop() == row["type"].removeprefix("end_")
        else:
            assert around
    assert not around


@pytest.mark.parametrize("slug", FORMS)
def test_answers_are_saved_only_under_documented_names(slug):
    assert {saved(row) for row in sheet(slug, "survey") if saved(row)} <= SAVE_TO


@pytest.mark.parametrize("slug", ABOUT_ONESELF)
def test_only_one_name_is_required_of_a_person(slug):
    required = {r["save_to"] for r in sheet(slug, "survey") if "required" in r and "save_to" in r}
    assert "person.family_name" in required
    assert not required & {"person.given_name", "person.birth_date", "person.gender"}


@pytest.mark.parametrize("slug", FORMS)
def test_no_question_asks_for_religion_origin_or_reasons_for_asylum(slug):
    forbidden = re.compile(r"religio|faith|ethnic|nationalit|citizen|asylum|politic|tribe", re.I)
    for row in sheet(slug, "survey"):
        assert not forbidden.search(row.get("name", ""))
        assert not forbidden.search(row.get("label", {}).get("en", ""))


@pytest.mark.parametrize("slug", ANSWERED_AT_LENGTH)
def test_every_long_free_text_asks_to_leave_religion_and_politics_out(slug):
    long_texts = [r for r in sheet(slug, "survey") if r.get("appearance") == "multiline"]
    assert long_texts
    assert all("religion" in row["hint"]["en"] for row in long_texts)


def test_consents_and_releases_are_never_filled_in_beforehand():
    for slug in FORMS:
        assert "default" not in headings(slug, "survey")


@pytest.mark.parametrize("slug", FORMS)
def test_settings_name_the_form_after_its_slug(slug):
    (settings,) = sheet(slug, "settings")
    assert settings["form_id"] == slug
    assert settings["default_language"] == "Deutsch (de)"
    assert settings["form_title"] == settings["label"]["de"]


def test_the_need_questions_are_the_life_areas_with_their_categories():
    starter = content("life_areas.json")
    options = sheet("help", "choices")
    areas = [row for row in options if row["list_name"] == "life_area"]
    assert [(a["name"], a["icon"], a["label"]) for a in areas] == [
        (a["code"], a["icon"], a["labels"]) for a in starter["life_areas"]
    ]
    for area in starter["life_areas"]:
        offered = [row for row in options if row["list_name"] == f"need_{area['code']}"]
        stored = [n for n in starter["need_categories"] if n["life_area"] == area["code"]]
        assert [(o["name"], o["label"]) for o in offered] == [
            (n["code"], n["labels"]) for n in stored
        ]
        name = f"need_{area['code']}"
        question = next(row for row in sheet("help", "survey") if row.get("name") == name)
        assert question["relevant"] == f"selected(${{need_areas}}, '{area['code']}')"
        assert question["save_to"] == "need.category"


def test_volunteers_offer_help_in_the_same_life_areas():
    areas = {area["code"]: area["icon"] for area in content("life_areas.json")["life_areas"]}
    offered = [row for row in sheet("offer", "choices") if row["list_name"] == "offer_area"]
    assert {row["name"]: row["icon"] for row in offered} == areas


def test_each_of_eleven_life_areas_has_four_to_eight_categories_and_a_way_out():
    starter = content("life_areas.json")
    codes = [row["code"] for row in starter["need_categories"]]
    assert len(starter["life_areas"]) == 11
    assert len(codes) == len(set(codes))
    assert [area["order"] for area in starter["life_areas"]] == list(range(1, 12))
    for area in starter["life_areas"]:
        own = [n for n in starter["need_categories"] if n["life_area"] == area["code"]]
        assert 4 <= len(own) <= 8
        assert [n["order"] for n in own] == list(range(1, len(own) + 1))
        assert own[-1]["code"] == f"{area['code']}_other"


def test_life_areas_categories_and_texts_speak_every_language_of_the_forms():
    tags = form_tags("help")
    assert form_tags("offer") == tags
    starter = content("life_areas.json")
    for row in starter["life_areas"] + starter["need_categories"]:
        assert list(row["labels"]) == tags
        assert all(row["labels"].values())
    for row in content("skills.json"):
        assert list(row["labels"]) == tags, row["code"]
        assert all(label.strip() for label in row["labels"].values())
    for name, by_tag in content("texts.json").items():
        assert list(by_tag) == (list(STAFF_LANGUAGES) if name in STAFF_MAILS else tags), name


def test_every_text_has_its_two_parts_and_its_own_placeholders_in_each_language():
    texts = content("texts.json")
    assert texts.keys() == PLACEHOLDERS.keys()
    for name, by_tag in texts.items():
        head = "subject" if name.startswith("mail.") else "title"
        for tag, fields in by_tag.items():
            assert set(fields) == {head, "body"}
            whole = fields[head] + fields["body"]
            assert set(re.findall(r"%\((\w+)\)s", whole)) == PLACEHOLDERS[name], (name, tag)
            filled = whole % dict.fromkeys(PLACEHOLDERS[name], "x")
            assert "%" not in filled
            assert "<" not in filled


def test_a_subject_or_title_is_one_short_line():
    for by_tag in content("texts.json").values():
        for fields in by_tag.values():
            head = fields.get("subject") or fields["title"]
            assert "\n" not in head
            assert len(head) <= 90


def test_a_page_has_the_same_headings_items_and_places_to_fill_in_in_each_language():
    for name, by_tag in content("texts.json").items():
        shapes = {
            (
                len(re.findall(r"^## .", fields["body"], re.M)),
                len(re.findall(r"^- .", fields["body"], re.M)),
                fields["body"].count("["),
                fields["body"].count("\n\n"),
            )
            for fields in by_tag.values()
        }
        assert len(shapes) == 1, name


def test_mails_to_providers_carry_neither_reference_nor_anything_about_the_person():
    texts = content("texts.json")
    for name in ("mail.referral", "mail.referral_reminder"):
        for text in texts_in(texts[name]):
            assert not re.search(r"%\((?!link|expires|centre)", text)


def test_no_cell_of_a_form_can_be_taken_for_a_formula():
    for slug in FORMS:
        for page in workbook(slug):
            for line in page.iter_rows():
                for cell in filter(lambda cell: cell.value is not None, line):
                    assert cell.data_type != "f"
                    assert str(cell.value)[0] not in "=+-@"


def test_the_settings_are_those_that_the_house_knows_and_of_their_types():
    for key, value in content("settings.json").items():
        assert type(value) is type(DEFAULTS[key]), key
