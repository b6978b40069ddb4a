"""Whoever can press buttons reaches the receipt, in every language, without JavaScript."""

from __future__ import annotations

import re

import pytest

from casework.core.i18n import LANGUAGES
from casework.submissions import Submission
from tests.pages import PageClient
from tests.walker import Walker


def last(name: str, values: list[str]) -> str:
    return values[-1]


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("slug", ["help", "offer", "provider"])
def test_a_plain_script_reaches_the_receipt(client: PageClient, tag: str, slug: str) -> None:
    walk = Walker(client).walk(f"/{tag}/form/{slug}")
    sent = Submission.get(Submission.reference == walk.reference)
    assert sent.language == tag
    assert sent.version.questionnaire.slug == slug
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{2}", walk.pin)


@pytest.mark.parametrize("tag", ["de", "ar", "ti"])
def test_somebody_enters_a_household_for_another_person(client: PageClient, tag: str) -> None:
    walk = Walker(client, people=3, choose=last).walk(f"/{tag}/form/help")
    sent = Submission.get(Submission.reference == walk.reference)
    assert sent.by_helper
    assert len(sent.answers["members"]) == 3
    assert all(row["member_birth_date"] == "1990-05-17" for row in sent.answers["members"])


@pytest.mark.parametrize("tag", LANGUAGES)
def test_an_organisation_registers_itself_with_two_services(client: PageClient, tag: str) -> None:
    walk = Walker(client, people=2).walk(f"/{tag}/form/provider")
    sent = Submission.get(Submission.reference == walk.reference)
    assert (sent.purpose, sent.language) == ("other", tag)
    assert [row["service_areas"] for row in sent.answers["services"]] == [["language"]] * 2
    assert all(row["service_need_language"] for row in sent.answers["services"])
