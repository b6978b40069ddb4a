"""What is offered: on the person's page in their language, and before the provider."""

import pytest

from casework.cases import case_of
from casework.core.access import SYSTEM
from casework.core.i18n import LANGUAGES, gettext_in
from casework.opportunities.kinds import KINDS
from casework.opportunities.offering import offer_opportunity
from casework.referrals import send_referral
from casework.reply_links import current_link
from tests.databases import statements
from tests.portal.visits import page, sign_in
from tests.world import HELP_ANSWERS


@pytest.fixture
def offered(world):
    """Offer something to the person of a request and send it."""

    def offered(submission, **details):
        case = case_of(submission)
        row = world.opportunity(**({"title": "Küchenhilfe <b>"} | details))
        offer = offer_opportunity(row, case, case.household.people.get(), by=SYSTEM, at=world.at)
        return send_referral(offer.referral, by=SYSTEM, at=world.at)

    return offered


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_person_reads_what_is_offered(client, accepted, offered, tag):
    submission = accepted()
    offered(submission)
    sign_in(client, submission, path=f"/{tag}/status")
    text = page(client, f"/{tag}/status")
    assert "Küchenhilfe &lt;b&gt;" in text
    sentence = gettext_in(tag, "Offered to you: %(kind)s")
    assert sentence % {"kind": gettext_in(tag, KINDS["job"])} in text


def test_the_person_sees_how_it_ended(client, world, accepted, offered):
    submission = accepted()
    world.answer(offered(submission), "got_help")
    sign_in(client, submission)
    assert "You got help. We are glad about that." in page(client)


def test_a_draft_is_not_shown_yet(client, world, accepted):
    submission = accepted()
    case = case_of(submission)
    offer_opportunity(world.opportunity(title="Entwurf"), case, case.household.people.get(),
                      by=SYSTEM, at=world.at)  # fmt: skip
    sign_in(client, submission)
    assert "Entwurf" not in page(client)


def test_a_helper_reads_nothing_of_it(client, world, accepted, offered):
    helped = HELP_ANSWERS | {"filled_by": "other", "helper_name": "Hella", "helper_consent": "OK"}
    submission = accepted(answers=helped)
    world.answer(offered(submission), "got_help")
    sign_in(client, submission)
    assert "Küchenhilfe" not in page(client)


def test_the_provider_reads_what_it_is_about(client, accepted, offered):
    referral = offered(accepted())
    text = client.get(f"/reply/{current_link(referral).token}").get_data(as_text=True)
    assert "Küchenhilfe &lt;b&gt;" in text


def test_two_offers_take_as_many_statements_as_one(client, accepted, offered):
    submission, counts = accepted(), []
    sign_in(client, submission)
    for _number in range(2):
        offered(submission)
        with statements() as seen:
            page(client)
        counts.append(len(seen))
    assert counts[0] == counts[1]
