"""Signed previews of working copies."""

import pytest

from casework.core.access import SYSTEM
from casework.core.refusals import NotFound
from casework.questionnaires.editing import add, blank, change
from casework.questionnaires.previews import (
    LASTS,
    PreviewExpired,
    preview_of,
    preview_token,
)
from casework.questionnaires.working_copies import create_questionnaire, discard, store


@pytest.fixture
def copy(db, clock):
    found = add(blank("visit", "Besuch", "de"), "text", cells={"name": "a"}).definition
    return create_questionnaire("visit", found, by=SYSTEM, at=clock())


def test_a_preview_shows_the_working_copy_as_it_is_now(copy, clock):
    token = preview_token(copy, "ar", at=clock())
    changed = change(copy.parsed, "0", {"label::de": "Name"}).definition
    store(copy, changed, revision=1, by=SYSTEM, at=clock())
    preview = preview_of(token, at=clock())
    assert (preview.copy, preview.language, preview.is_sound) == (copy, "ar", True)
    assert preview.form.definition == changed


def test_a_form_with_errors_is_built_as_far_as_it_goes(copy, clock):
    broken = change(copy.parsed, "0", {"relevant": "${b} ="}).definition
    store(copy, broken, revision=1, by=SYSTEM, at=clock())
    preview = preview_of(preview_token(copy, "de", at=clock()), at=clock())
    assert not preview.is_sound
    assert [spec.name for spec in preview.form.specs[1:]] == ["a"]


def test_a_token_lasts_half_an_hour_and_cannot_be_made_up(copy, clock):
    token = preview_token(copy, "de", at=clock())
    assert preview_of(token, at=clock() + LASTS * 0.9)
    with pytest.raises(PreviewExpired):
        preview_of(token, at=clock() + LASTS)
    payload, signature = token.rsplit(".", 1)
    other = payload + "." + ("A" if signature[0] != "A" else "B") + signature[1:]
    for forged in (other, "", "x.y", token[1:]):
        with pytest.raises(NotFound):
            preview_of(forged, at=clock())


def test_a_discarded_copy_is_not_shown(copy, clock):
    token = preview_token(copy, "de", at=clock())
    discard(copy, by=SYSTEM, at=clock())
    with pytest.raises(NotFound):
        preview_of(token, at=clock())
