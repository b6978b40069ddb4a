"""Refusals: one sentence for a person, in their language, without internals."""

import pytest

from casework.core import refusals
from casework.core.refusals import InvalidTransition, NotFound, Refusal, Term


class TooMany(Refusal):
    msgid = "%(count)s are too many for “%(name)s”."


@pytest.fixture
def german(monkeypatch):
    """A catalogue of this test only."""
    words = {"accepted": "angenommen", TooMany.msgid: "Für „%(name)s“ sind %(count)s zu viel."}
    monkeypatch.setattr(refusals, "gettext_in", lambda tag, msgid: words.get(msgid, msgid))


def test_a_refusal_is_a_sentence_with_its_values():
    assert TooMany(count=3, name="A").text("en") == "3 are too many for “A”."
    assert str(TooMany(count=3, name="A")) == "3 are too many for “A”."


def test_the_sentence_is_translated_and_values_are_not(german):
    assert TooMany(count=3, name="accepted").text("de") == "Für „accepted“ sind 3 zu viel."


def test_values_that_are_terms_are_translated(german):
    assert "„angenommen“" in TooMany(count=3, name=Term("accepted")).text("de")


def test_a_refusal_can_bring_its_own_sentence():
    assert Refusal("Not today.").text("en") == "Not today."


@pytest.mark.parametrize("value", ["100 %", "%(name)s", "{name}", "<b>"])
def test_what_people_typed_is_never_taken_for_a_placeholder(value):
    assert value in TooMany(count=1, name=value).text("en")


def test_every_refusal_has_a_sentence_of_its_own():
    def below(refusal):
        for each in refusal.__subclasses__():
            yield from below(each)
            yield each

    house = [each for each in below(Refusal) if each.__module__.startswith("casework.")]
    assert InvalidTransition in house
    assert NotFound in house
    for each in house:
        assert each.msgid.endswith((".", "?", "!")), each.__name__
        assert each.msgid[0].isupper() or each.msgid[0] in "“%", each.__name__
        assert each.__name__ not in each.msgid


def test_a_refused_transition_names_both_states():
    refusal = InvalidTransition(current=Term("sent"), wanted=Term("draft"))
    assert "“sent”" in refusal.text("en")
    assert "“draft”" in refusal.text("en")
