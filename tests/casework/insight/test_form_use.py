"""How much a form is used."""

from casework.core.access import SYSTEM
from casework.drafts import start_draft
from casework.insight.form_use import Use, use_by_questionnaire, use_of
from casework.questionnaires.models import Questionnaire
from casework.questionnaires.publishing import import_definition, publish
from tests.casework.questionnaires.samples import HOUSEHOLD, definition, question


def test_use_is_counted_by_version_and_by_form(world):
    first = import_definition("survey", HOUSEHOLD, by=SYSTEM, at=world.at)
    publish(first.questionnaire, first, by=SYSTEM, at=world.at)
    second = import_definition("survey", definition(question("text", "a")), by=SYSTEM, at=world.at)
    for version in (first, first, second):
        start_draft(version, "en", at=world.at)
    world.submission()
    assert use_of(first.questionnaire) == {first.id: Use(drafts=2), second.id: Use(drafts=1)}
    helped = Questionnaire.get(slug="help")
    assert use_by_questionnaire() == {
        first.questionnaire.id: Use(drafts=3), helped.id: Use(submissions=1),
    }  # fmt: skip
