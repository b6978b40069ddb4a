"""Forms that others made are filled in from the first page to the last, in each language."""

from __future__ import annotations

import itertools
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from casework.core.access import SYSTEM
from casework.formats.answers import Options
from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import UNDETERMINED, Definition
from casework.questionnaires.forms import Form
from casework.questionnaires.models import QuestionnaireVersion
from casework.questionnaires.publishing import import_definition, publish
from casework.questionnaires.validating import problems
from tests.casework.questionnaires.samples import NOW
from tests.stories.exporting import Place, Told, exported, in_words, typed
from tests.stories.sending import Sender
from tests.stories.walking import Walker, flat, walked

FORMS = 43
LEAST_SUPPORTED = 0.85
SHARES = 6  # so that several processes can share the work


class Read:
    """The real forms; its short name keeps the report of a failing test short."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.xls*"))
        self.readings = {
            path.stem: read_xlsform(path.read_bytes(), name=path.stem) for path in paths
        }

    def supported(self):
        return {name: found for name, found in self.readings.items() if found.is_wholly_supported}


@pytest.fixture(scope="module")
def real(shared_data):
    return Read(shared_data / "xlsforms")


def differences(walker: Walker) -> list[tuple]:
    """Answers that were typed, are asked for now, and are not what will be sent."""
    final = dict(flat(walker.filling.final()))
    return [
        (path, typed, final.get(path))
        for path, typed in walker.typed.items()
        if typed and walker.filling.by_path[path].counts and final.get(path) != typed
    ]


def test_most_forms_that_use_nothing_of_one_program_alone_are_supported_wholly(real):
    assert len(real.readings) == FORMS
    plain = [
        found for found in real.readings.values() if not any(lack.vendor for lack in found.lacks)
    ]
    wholly = [found for found in plain if found.is_wholly_supported]
    for name, found in real.readings.items():
        print(f"{name}: {found.measure('en')}")
    assert len(wholly) / len(plain) >= LEAST_SUPPORTED, f"{len(wholly)} of {len(plain)}"


def test_what_is_not_supported_is_named(real):
    for name, found in real.readings.items():
        assert found.is_wholly_supported or not found.is_usable or found.lacks, name
        assert all(lack.named() in found.measure("en") for lack in found.lacks), name


@pytest.mark.slow
def test_every_supported_form_is_walked_to_its_end_in_each_of_its_languages(real):
    journeys = 0
    for name, found in real.supported().items():
        form = compile_form(found.definition)
        for tag in found.definition.languages:
            walker = walked(form, tag, f"{name} {tag}", NOW)
            assert problems(walker.filling) == [], f"{name} {tag}"
            assert walker.filling.faults == [], f"{name} {tag}"
            assert differences(walker) == [], f"{name} {tag}"
            journeys += 1
    assert journeys > 90


@pytest.mark.slow
def test_what_an_export_gives_is_walked_alike(real):
    for name, found in real.supported().items():
        exported = read_xlsform(write_xlsform(found.definition), name=name)
        tag = found.definition.languages[0]
        walks = [
            walked(compile_form(each.definition), tag, name, NOW).filling.final()
            for each in (found, exported)
        ]
        assert walks[0] == walks[1], name


def reading_languages(definition: Definition) -> list[str]:
    """The form's languages; English stands in where its texts say none."""
    return [tag for tag in definition.languages if tag != UNDETERMINED] or ["en"]


def sent(client: Any, journey: Walker, slug: str, tag: str, name: str) -> str:
    """The journey once more through the portal; the reference on its receipt."""
    client.delete_cookie("draft")
    walk = Sender(client, journey).walk(f"/{tag}/form/{slug}")
    assert walk.reference, f"{name} {tag}"
    return walk.reference


def lost(told: Told, expected: Told) -> list[tuple]:
    """Answers that an export gives otherwise than they were typed; numbers as numbers."""
    return [
        (place, text, told.get(place))
        for place, text in expected.items()
        if not same(text, told.get(place))
    ]


def same(typed_text: str, text: str | None) -> bool:
    """Letter for letter, or both the same number: a workbook writes 5.0 as 5."""
    if typed_text == text:
        return True
    try:
        return text is not None and float(typed_text) == float(text)
    except ValueError:
        return False


def unasked(told: Told, expected: Told, form: Form) -> list[Place]:
    """Answers in an export that nobody typed, to questions that people answer."""
    answered = {
        spec.path for spec in form.specs
        if spec.is_shown and not spec.is_computed and not spec.is_file
        and not spec.question.read_only
    }  # fmt: skip
    return [place for place in told if place[1] in answered and place not in expected]


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_what_was_typed_in_the_portal_stands_in_every_export(client, clock, real, tmp_path, share):
    """Each supported form in each of its languages, to its receipt."""
    supported = list(enumerate(real.supported().items()))[share::SHARES]
    for number, (name, found) in supported:
        slug = f"real-{number}"
        version = import_definition(slug, found.definition, purpose="other", by=SYSTEM, at=clock())
        publish(version.questionnaire, version, by=SYSTEM, at=clock())
        journeys: dict[str, Walker] = {}
        for tag in reading_languages(found.definition):
            journey = walked(version.form, tag, f"{name} portal {tag}", clock())
            journeys[sent(client, journey, slug, tag, name)] = journey
            clock.forward(minutes=1)
        compare(version, journeys, tmp_path, clock())


def compare(
    version: QuestionnaireVersion, journeys: dict[str, Walker], folder: Path, at: datetime
) -> None:
    """All exports of a form against what was typed on the journeys, by reference."""
    tag = version.parsed.default_language
    for labels, suffix in itertools.product((False, True), (".csv", ".xlsx", ".json")):
        options = Options(labels=labels, language=tag, split=True)
        target = folder / f"{version.questionnaire.slug}-{labels}{suffix}"
        told = exported(version.questionnaire, target, options, at)
        assert told.keys() == journeys.keys()
        for reference, journey in journeys.items():
            expected = typed(journey)
            assert expected, reference
            assert unasked(told[reference], expected, version.form) == [], target.name
            if labels:
                expected = in_words(expected, journey, version.parsed, tag)
            assert lost(told[reference], expected) == [], target.name
