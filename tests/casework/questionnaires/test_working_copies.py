"""Working copies: begun, changed by two people, undone, published, rolled back."""

import pytest

from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.drafts import start_draft
from casework.questionnaires.definitions import Definition
from casework.questionnaires.editing import add, blank, change, item_at, normal, place_of
from casework.questionnaires.findings import BrokenDefinition
from casework.questionnaires.models import (
    Questionnaire,
    QuestionnaireVersion,
    latest_version,
    live,
)
from casework.questionnaires.publishing import (
    NeverPublished,
    SlugRefused,
    UnknownPurpose,
    VersionOfAnother,
    change_purpose,
    import_definition,
    publish,
    republish,
    retire,
    roll_back,
)
from casework.questionnaires.working_copies import (
    KEPT_STATES,
    ChangedMeanwhile,
    NothingToUndo,
    SlugTaken,
    WorkingCopy,
    WorkingCopyState,
    begin_working_copy,
    create_questionnaire,
    discard,
    publish_working_copy,
    store,
    undo,
    working_copy_of,
)
from tests.casework.questionnaires.samples import HOUSEHOLD, definition, question

ANNA = Actor("staff", name="Anna", role=Role.COORDINATOR)
BEN = Actor("staff", name="Ben", role=Role.COORDINATOR)


@pytest.fixture
def at(clock):
    return clock()


@pytest.fixture
def published(at):
    def make(slug: str = "survey", found: Definition = HOUSEHOLD) -> QuestionnaireVersion:
        version = import_definition(slug, found, by=SYSTEM, at=at)
        publish(version.questionnaire, version, by=SYSTEM, at=at)
        return version

    return make


def relabelled(found: Definition, name: str, text: str) -> Definition:
    return change(found, place_of(found, name) or "", {"label::en": text}).definition


def test_a_working_copy_begins_as_the_live_version_and_there_is_only_one(db, at, published):
    version = published()
    copy = begin_working_copy(version.questionnaire, by=ANNA, at=at)
    assert copy.parsed == HOUSEHOLD == normal(HOUSEHOLD)
    assert (copy.revision, copy.begun_by, copy.base_version) == (1, "Anna", version)
    assert begin_working_copy(version.questionnaire, by=BEN, at=at) == copy
    assert live("survey") == version


def test_the_second_of_two_editors_is_told_and_nothing_is_overwritten(db, clock, published):
    copy = begin_working_copy(published().questionnaire, by=ANNA, at=clock())
    hers = relabelled(copy.parsed, "given", "First name")
    his = relabelled(copy.parsed, "given", "Given name")
    then = clock.forward(minutes=1)
    store(copy, hers, revision=1, by=ANNA, at=then)
    with pytest.raises(ChangedMeanwhile) as told:
        store(copy, his, revision=1, by=BEN, at=clock.forward(minutes=1))
    assert (told.value.by_name, told.value.at) == ("Anna", then)
    assert told.value.copy.parsed == hers
    assert "Anna" in told.value.text("en")
    again = store(told.value.copy, his, revision=2, by=BEN, at=clock())
    assert (again.parsed, again.revision) == (his, 3)


def test_undo_gives_back_each_earlier_state_and_counts_as_a_change(db, at, published):
    copy = begin_working_copy(published().questionnaire, by=ANNA, at=at)
    states = [copy.parsed]
    for text in ("One", "Two", "Three"):
        states.append(relabelled(states[-1], "given", text))
        copy = store(copy, states[-1], revision=copy.revision, by=ANNA, at=at)
    for before in reversed(states[:-1]):
        assert copy.can_undo
        copy = undo(copy, revision=copy.revision, by=BEN, at=at)
        assert copy.parsed == before
    assert not copy.can_undo
    assert copy.revision == 7
    with pytest.raises(NothingToUndo):
        undo(copy, revision=copy.revision, by=BEN, at=at)
    with pytest.raises(ChangedMeanwhile):
        undo(copy, revision=1, by=BEN, at=at)


def test_storing_after_an_undo_keeps_a_history_without_gaps(db, at, published):
    copy = begin_working_copy(published().questionnaire, by=ANNA, at=at)
    one = relabelled(copy.parsed, "given", "One")
    two = relabelled(copy.parsed, "given", "Two")
    copy = store(copy, one, revision=1, by=ANNA, at=at)
    copy = undo(copy, revision=2, by=ANNA, at=at)
    copy = store(copy, two, revision=3, by=ANNA, at=at)
    copy = undo(copy, revision=4, by=ANNA, at=at)
    assert copy.parsed == HOUSEHOLD


def test_only_the_latest_states_are_kept(db, at, published):
    copy = begin_working_copy(published().questionnaire, by=ANNA, at=at)
    for number in range(KEPT_STATES + 5):
        found = relabelled(copy.parsed, "given", f"Name {number}")
        copy = store(copy, found, revision=copy.revision, by=ANNA, at=at)
    assert WorkingCopyState.select().count() == KEPT_STATES


def test_storing_the_same_changes_nothing(db, at, published):
    copy = begin_working_copy(published().questionnaire, by=ANNA, at=at)
    assert store(copy, copy.parsed, revision=1, by=ANNA, at=at).revision == 1
    assert not copy.can_undo


def test_publishing_makes_a_version_and_ends_the_copy(db, at, published):
    first = published()
    copy = begin_working_copy(first.questionnaire, by=ANNA, at=at)
    found = relabelled(copy.parsed, "given", "First name")
    copy = store(copy, found, revision=1, by=ANNA, at=at)
    version = publish_working_copy(copy, revision=2, by=ANNA, at=at)
    assert (version.number, version.parsed, version.created_by) == (2, found, "Anna")
    assert live("survey") == version
    assert working_copy_of(first.questionnaire) is None
    assert WorkingCopyState.select().count() == 0


def test_publishing_a_copy_that_changed_nothing_makes_no_version(db, at, published):
    first = published()
    copy = begin_working_copy(first.questionnaire, by=ANNA, at=at)
    assert publish_working_copy(copy, revision=1, by=ANNA, at=at) == first
    assert QuestionnaireVersion.select().where(
        QuestionnaireVersion.questionnaire == first.questionnaire
    ).count() == 1  # fmt: skip


def test_a_copy_with_errors_is_stored_but_not_published(db, at, published):
    copy = begin_working_copy(published().questionnaire, by=ANNA, at=at)
    place = place_of(copy.parsed, "given")
    broken = change(copy.parsed, place, {"relevant": "${nobody} = 1"}).definition
    copy = store(copy, broken, revision=1, by=ANNA, at=at)
    with pytest.raises(BrokenDefinition):
        publish_working_copy(copy, revision=2, by=ANNA, at=at)
    assert working_copy_of(copy.questionnaire) == copy
    assert latest_version(copy.questionnaire).number == 1


def test_a_colleague_s_change_is_not_published_unseen(db, at, published):
    copy = begin_working_copy(published().questionnaire, by=ANNA, at=at)
    store(copy, relabelled(copy.parsed, "given", "New"), revision=1, by=BEN, at=at)
    with pytest.raises(ChangedMeanwhile):
        publish_working_copy(copy, revision=1, by=ANNA, at=at)
    assert latest_version(copy.questionnaire).number == 1


def test_a_draft_that_was_begun_stays_with_its_version(db, at, published):
    first = published()
    draft, _token = start_draft(first, "en", at=at)
    copy = begin_working_copy(first.questionnaire, by=ANNA, at=at)
    copy = store(copy, relabelled(copy.parsed, "given", "New"), revision=1, by=ANNA, at=at)
    publish_working_copy(copy, revision=2, by=ANNA, at=at)
    assert draft.refresh().version.parsed == HOUSEHOLD


def test_a_new_form_has_only_a_working_copy_until_it_is_published(db, at):
    copy = create_questionnaire("visit", blank("visit", "Besuch", "de"), by=ANNA, at=at)
    assert copy.questionnaire.state == "draft"
    found = add(copy.parsed, "text", cells={"label::de": "Ihr Name"}).definition
    copy = store(copy, found, revision=1, by=ANNA, at=at)
    version = publish_working_copy(copy, revision=2, by=ANNA, at=at)
    assert (version.number, live("visit")) == (1, version)
    assert item_at(version.parsed, "0").name == "ihr_name"


def test_discarding_a_copy_leaves_the_versions_and_takes_an_empty_form_along(db, at, published):
    version = published()
    copy = begin_working_copy(version.questionnaire, by=ANNA, at=at)
    assert discard(copy, by=ANNA, at=at) == version.questionnaire
    assert live("survey") == version
    fresh = create_questionnaire("visit", blank("visit", "Besuch", "de"), by=ANNA, at=at)
    assert discard(fresh, by=ANNA, at=at) is None
    assert Questionnaire.get_or_none(slug="visit") is None
    with pytest.raises(NotFound):
        store(copy, HOUSEHOLD, revision=1, by=ANNA, at=at)


def test_the_address_of_a_new_form_must_be_free_and_usable(db, at, published):
    published()
    found = blank("survey", "Umfrage", "de")
    with pytest.raises(SlugTaken):
        create_questionnaire("survey", found, by=ANNA, at=at)
    with pytest.raises(SlugRefused):
        create_questionnaire("My form", found, by=ANNA, at=at)


def test_rolling_back_publishes_the_earlier_version_and_keeps_the_later(db, at, published):
    first = published()
    second = published(found=definition(question("text", "a")))
    roll_back(first.questionnaire, first, by=ANNA, at=at)
    assert live("survey") == first
    assert latest_version(first.questionnaire) == second
    third = import_definition("survey", definition(question("text", "b")), by=ANNA, at=at)
    with pytest.raises(NeverPublished):
        roll_back(first.questionnaire, third, by=ANNA, at=at)
    other = published("other")
    with pytest.raises(VersionOfAnother):
        roll_back(first.questionnaire, other, by=ANNA, at=at)


def test_a_retired_form_can_be_published_again_as_it_was(db, at, published):
    version = published()
    retire(version.questionnaire, by=ANNA, at=at)
    republish(version.questionnaire, by=ANNA, at=at)
    assert live("survey") == version
    with pytest.raises(InvalidTransition):
        republish(version.questionnaire, by=ANNA, at=at)


def test_the_purpose_is_one_of_those_there_are(db, at, published):
    questionnaire = published().questionnaire
    change_purpose(questionnaire, "assessment", by=ANNA, at=at)
    assert questionnaire.refresh().purpose == "assessment"
    with pytest.raises(UnknownPurpose):
        change_purpose(questionnaire, "nonsense", by=ANNA, at=at)


def test_a_version_with_errors_can_be_opened_for_editing(db, at):
    version = import_definition("broken", definition(question("textt", "a")), by=SYSTEM, at=at)
    copy = begin_working_copy(version.questionnaire, by=ANNA, at=at)
    mended = change(copy.parsed, "0", {"type": "text"}).definition
    copy = store(copy, mended, revision=1, by=ANNA, at=at)
    assert publish_working_copy(copy, revision=2, by=ANNA, at=at).number == 2


def test_only_who_may_edits_and_every_change_is_recorded(db, at, published):
    questionnaire = published().questionnaire
    manager = Actor("staff", name="Mo", role=Role.INTEGRATION_MANAGER)
    copy = begin_working_copy(questionnaire, by=ANNA, at=at)
    changed = relabelled(copy.parsed, "given", "New")
    for actor in (PUBLIC, manager):
        with pytest.raises(Forbidden):
            begin_working_copy(questionnaire, by=actor, at=at)
        with pytest.raises(Forbidden):
            store(copy, changed, revision=1, by=actor, at=at)
        with pytest.raises(Forbidden):
            discard(copy, by=actor, at=at)
        with pytest.raises(Forbidden):
            publish_working_copy(copy, revision=1, by=actor, at=at)
        assert list(WorkingCopy.scope(actor)) == list(WorkingCopyState.scope(actor)) == []
    copy = store(copy, changed, revision=1, by=ANNA, at=at)
    undo(copy, revision=2, by=ANNA, at=at)
    publish_working_copy(copy, revision=3, by=ANNA, at=at)
    events = {row.event for row in AuditEntry.select().where(AuditEntry.actor_name == "Anna")}
    assert events >= {
        "questionnaire:opened", "questionnaire:edited", "questionnaire:undone",
        "questionnaire:released", "questionnaire:published",
    }  # fmt: skip
