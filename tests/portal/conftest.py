"""Requests in the states that the status page shows."""

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import case_of
from casework.core.access import SYSTEM
from casework.core.db import transaction
from casework.referral_drafts import draft_referral
from casework.referrals import send_referral
from tests.portal.visits import PIN_HASH


@pytest.fixture
def sent(world):
    """Make a request whose PIN is known."""

    def sent(slug="help", **columns):
        submission = world.submission(slug, **columns)
        with transaction():
            submission.pin_hash = PIN_HASH
            submission.save()
        return submission

    return sent


@pytest.fixture
def accepted(world, sent):
    """Make a request that has become a case."""

    def accepted(**columns):
        submission = sent(**columns)
        return accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)

    return accepted


@pytest.fixture
def referred(world):
    """Refer the first need of a request's case to a provider."""

    def referred(submission, **service):
        case = case_of(submission)
        organization = world.organization("Sprachhaus Nord")
        service = world.service(organization, "Morning course", **service)
        referral = draft_referral(case, case.needs.get(), service, by=SYSTEM, at=world.at)
        return send_referral(referral, by=SYSTEM, at=world.at)

    return referred
