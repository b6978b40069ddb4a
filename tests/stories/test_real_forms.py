"""Forms that others made are filled in from the first page to the last, in each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.core.access import SYSTEM
from casework.core.i18n import LANGUAGES
from casework.formats.xlsform import read_xlsform, write_xlsform
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.publishing import import_definition, publish
from casework.questionnaires.validating import problems
from casework.submissions import Submission
from tests.casework.questionnaires.samples import NOW
from tests.stories.sending import Sender
from tests.stories.walking import Walker, flat, walked

FORMS = 43
LEAST_SUPPORTED = 0.85


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


def reading_language(languages: tuple[str, ...], number: int) -> str:
    """One of the form's languages that the portal speaks, another for each form."""
    spoken = [tag for tag in languages if tag in LANGUAGES] or ["en"]
    return spoken[number % len(spoken)]


def sent_otherwise(journey: Walker, answers: dict) -> list[tuple]:
    """Typed answers that did not arrive as they were typed; files have an id of their own."""
    arrived = dict(flat(answers))
    return [
        (path, typed, arrived.get(path))
        for path, typed in journey.typed.items()
        if typed
        and journey.filling.by_path[path].counts
        and not journey.filling.by_path[path].spec.type.is_file
        and arrived.get(path) != typed
    ]


@pytest.mark.slow
def test_every_supported_form_goes_through_the_portal_to_its_receipt(client, clock, real):
    for number, (name, found) in enumerate(real.supported().items()):
        slug = f"real-{number}"
        version = import_definition(slug, found.definition, purpose="other", by=SYSTEM, at=clock())
        publish(version.questionnaire, version, by=SYSTEM, at=clock())
        tag = reading_language(found.definition.languages, number)
        journey = walked(compile_form(found.definition), tag, f"{name} portal", clock())
        client.delete_cookie("draft")
        sender = Sender(client, journey)
        walk = sender.walk(f"/{tag}/form/{slug}")
        assert walk.reference, name
        submission = Submission.get(Submission.version == version)
        assert sent_otherwise(journey, submission.answers) == [], name
