"""Questionnaires and their versions."""

import pytest

from casework.core.access import PUBLIC, SYSTEM
from casework.core.audit import AuditEntry
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.questionnaires.definitions import to_json
from casework.questionnaires.findings import BrokenDefinition
from casework.questionnaires.models import (
    Questionnaire,
    QuestionnaireVersion,
    latest_version,
    live,
)
from casework.questionnaires.publishing import (
    SlugRefused,
    VersionOfAnother,
    import_definition,
    publish,
    retire,
)
from tests.casework.questionnaires.samples import HOUSEHOLD, definition, question


@pytest.fixture
def at(clock):
    return clock()


def imported(slug, found, at, **more):
    return import_definition(slug, found, by=SYSTEM, at=at, **more)


def test_an_import_makes_a_draft_and_the_same_again_makes_nothing(db, at):
    first = imported("survey", HOUSEHOLD, at, purpose="other")
    again = imported("survey", HOUSEHOLD, at)
    assert first == again
    assert (first.number, first.questionnaire.state) == (1, "draft")
    with pytest.raises(NotFound):
        live("survey")


def test_publishing_an_edit_leaves_the_old_version_as_it_was(db, at):
    first = imported("survey", HOUSEHOLD, at)
    publish(first.questionnaire, first, by=SYSTEM, at=at)
    second = imported("survey", definition(question("text", "a"), title={"en": "New"}), at)
    assert live("survey") == first
    publish(second.questionnaire, second, by=SYSTEM, at=at)
    assert live("survey") == second
    assert QuestionnaireVersion.get_by_id(first.id).definition == to_json(HOUSEHOLD)
    assert Questionnaire.get(slug="survey").label("en") == "New"
    assert latest_version(second.questionnaire).number == 2


def test_a_version_is_compiled_once(db, at):
    version = imported("survey", HOUSEHOLD, at)
    assert version.form is QuestionnaireVersion.get_by_id(version.id).form
    assert version.parsed == HOUSEHOLD


def test_a_questionnaire_with_errors_is_kept_as_a_draft_and_not_published(db, at):
    version = imported("broken", definition(question("textt", "a")), at)
    with pytest.raises(BrokenDefinition):
        publish(version.questionnaire, version, by=SYSTEM, at=at)
    assert Questionnaire.get(slug="broken").state == "draft"


def test_a_version_of_another_questionnaire_is_not_published(db, at):
    one, other = imported("one", HOUSEHOLD, at), imported("other", HOUSEHOLD, at)
    with pytest.raises(VersionOfAnother):
        publish(one.questionnaire, other, by=SYSTEM, at=at)


def test_a_retired_questionnaire_takes_no_new_answers(db, at):
    version = imported("survey", HOUSEHOLD, at)
    with pytest.raises(InvalidTransition):
        retire(version.questionnaire, by=SYSTEM, at=at)
    publish(version.questionnaire, version, by=SYSTEM, at=at)
    retire(Questionnaire.get(slug="survey"), by=SYSTEM, at=at)
    with pytest.raises(NotFound):
        live("survey")


@pytest.mark.parametrize("slug", ["", "Ünsinn", "two words", "A", "-a", "a" * 81, "a/b", "a_b"])
def test_a_slug_must_fit_into_an_address(db, at, slug):
    with pytest.raises(SlugRefused):
        imported(slug, HOUSEHOLD, at)


def test_only_who_may_edits_questionnaires_and_each_change_is_recorded(db, at):
    with pytest.raises(Forbidden):
        import_definition("survey", HOUSEHOLD, by=PUBLIC, at=at)
    version = imported("survey", HOUSEHOLD, at)
    publish(version.questionnaire, version, by=SYSTEM, at=at)
    subjects = (version.id, version.questionnaire.id)
    rows = AuditEntry.select().where(AuditEntry.subject_id << subjects)
    assert {row.event for row in rows} == {"questionnaire:imported", "questionnaire:published"}
    assert list(Questionnaire.scope(PUBLIC)) == []
    assert list(QuestionnaireVersion.scope(PUBLIC)) == []
