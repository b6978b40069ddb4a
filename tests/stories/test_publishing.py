"""Whatever is published, no page breaks; and whoever is filling in loses nothing by it."""

from __future__ import annotations

import io
import itertools
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from casework.core.access import SYSTEM
from casework.core.db import connection
from casework.drafts import Draft
from casework.questionnaires.checking import check
from casework.questionnaires.findings import ERROR
from casework.questionnaires.models import (
    Questionnaire,
    QuestionnaireVersion,
    latest_version,
    live,
)
from casework.questionnaires.places import layout
from casework.questionnaires.publishing import (
    import_definition,
    publish,
    republish,
    retire,
    roll_back,
)
from casework.questionnaires.working_copies import begin_working_copy, store
from casework.submissions import Submission
from tests.casework.questionnaires.samples import choices, definition, group, question, repeat
from tests.pages import PageClient, csrf_token
from tests.server import Browser
from tests.stories.definitions import sound_definitions
from tests.walker import Page, Walker

NUMBER = itertools.count(1)
IN_HTTP = settings(
    max_examples=8, deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
    ],
)  # fmt: skip
VALUES = (
    "", "x", "x y", "1", "-5", "1e999", "2024-02-29", "31", "12", "1990", "٣", "<b>", "x" * 5000,
    "${q0}", "OK", "r1", "08:30", "48.1 9.2", "a@example.org", "%00", "\ud7ff", "nan", "gregorian",
)  # fmt: skip
PARTS = ("", ".day", ".month", ".year", ".calendar", ".time", ".search", ".remove")
LEAD = (question("text", "name", required=True), question("text", "town"))
MEMBERS = repeat("member", question("text", "called", required=True), question("text", "likes"))
LAST = group("end", question("text", "more"), question("select_one", "sure", list_name="l"))
VARIANTS = (
    (*LEAD, MEMBERS, LAST),
    (question("text", "first", required=True), *LEAD, MEMBERS, LAST),
    (replace(LEAD[0], type="integer"), LAST),
    (group("all", *LEAD, question("text", "fresh", required=True)), MEMBERS),
    (replace(LEAD[0], name="full_name"), replace(LEAD[1], relevant="${full_name} = 'x'"), MEMBERS,
     replace(LAST, relevant="${full_name} != ''")),
)  # fmt: skip


def variant(number: int):
    return definition(*VARIANTS[number], form_id="living", choices={"l": choices("yes", "no")},
                      title={"en": f"Edition {number}"})  # fmt: skip


def put_out(slug: str, form, at) -> QuestionnaireVersion:
    version = import_definition(slug, form, by=SYSTEM, at=at)
    publish(version.questionnaire, version, by=SYSTEM, at=at)
    return version


# Any definition, any post


@IN_HTTP
@given(sound_definitions(), st.integers(0, 2**32))
def test_no_definition_and_no_post_breaks_a_page(client, clock, form, seed):
    assume(not [each for each in check(form) if each.severity == ERROR])
    slug = f"any{next(NUMBER)}"
    version = put_out(slug, form, clock())
    visitor, chance = client.application.test_client(), random.Random(seed)
    page = visitor.get(f"/en/form/{slug}", follow_redirects=True)
    assert page.status_code < 500
    for _ in range(5):
        clock.forward(minutes=2)
        address = _any_address(version, slug, chance)
        token = csrf_token(page.text) if "csrf_token" in page.text else ""
        answer = visitor.post(
            address, data=_anything(version, token, chance), follow_redirects=True,
            content_type="multipart/form-data",
        )  # fmt: skip
        assert answer.status_code < 500, address
        page = visitor.get(f"/{chance.choice(['en', 'ar'])}/form/{slug}", follow_redirects=True)
        assert page.status_code < 500
    clock.forward(minutes=30)


def _any_address(version: QuestionnaireVersion, slug: str, chance: random.Random) -> str:
    name = chance.choice([*layout(version.form).by_id, "check", "discard", "nowhere"])
    rows = chance.choice(["", "", "", "/r1", "/r1.r1", "/r2", "/zz"])
    return f"/{chance.choice(['en', 'ar'])}/form/{slug}/{name}{rows}"


def _anything(version: QuestionnaireVersion, token: str, chance: random.Random) -> MultiDict:
    """What a page of the form could send, and what none would."""
    specs = version.form.specs[1:]
    pairs: list[tuple[str, object]] = [("csrf_token", token)]
    for spec in specs:
        for _ in range(chance.choice([0, 1, 1, 1, 2])):
            value = chance.choice([*VALUES, *(each.name for each in spec.choices)])
            file = (io.BytesIO(value.encode()), "x.png")
            sent = file if spec.is_file and chance.random() < 0.5 else value
            pairs.append(((spec.key or spec.name) + chance.choice(PARTS), sent))
    repeats = [spec.name for spec in specs if spec.kind == "repeat"]
    acts = ["next", "next", "next", "back", "submit", "", "remove:", "upload"]
    acts += [
        f"{act}:{name}{end}" for name in repeats for act, end in (("add", ""), ("remove", ":1"))
    ]
    pairs.append(("action", chance.choice(acts)))
    return MultiDict(pairs)


# Publishing while people fill in


class Desk:
    """Somebody who keeps changing a questionnaire."""

    def __init__(self, slug: str, clock, chance: random.Random) -> None:
        self.slug, self.clock, self.chance = slug, clock, chance
        put_out(slug, variant(0), clock())

    @property
    def form(self) -> Questionnaire:
        return Questionnaire.get(Questionnaire.slug == self.slug)

    def edit(self) -> None:
        copy = begin_working_copy(self.form, by=SYSTEM, at=self.clock())
        changed = variant(self.chance.randrange(len(VARIANTS)))
        store(copy, changed, revision=copy.revision, by=SYSTEM, at=self.clock())

    def publish(self) -> None:
        put_out(self.slug, variant(self.chance.randrange(len(VARIANTS))), self.clock())

    def roll_back(self) -> None:
        newest = latest_version(self.form)
        assert newest is not None
        known = QuestionnaireVersion.select().where(
            QuestionnaireVersion.questionnaire == self.form,
            QuestionnaireVersion.published_at.is_null(False),
        )
        roll_back(self.form, self.chance.choice(list(known)), by=SYSTEM, at=self.clock())

    def retire(self) -> None:
        if self.form.state == "published":
            retire(self.form, by=SYSTEM, at=self.clock())

    def republish(self) -> None:
        if self.form.state == "retired":
            republish(self.form, by=SYSTEM, at=self.clock())


class Person:
    """Somebody who fills in; `told` holds what was typed last at each question, word by word."""

    def __init__(self, client: PageClient, slug: str) -> None:
        self.words = itertools.count(1000)
        self.told: dict[tuple[str, str], str] = {}
        self.slug = slug
        self.walker = Walker(client)
        self.page: Page = self.walker.open(f"/en/form/{slug}")
        self.press("next")
        self.version = self.draft.version

    @property
    def draft(self) -> Draft:
        drafts = [each for each in Draft.select() if each.version.questionnaire.slug == self.slug]
        assert len(drafts) == 1
        return drafts[0]

    def press(self, action: str) -> None:
        if action not in self.page.actions:
            return
        # The first page has two addresses; which row is meant stands behind the page's name.
        where = "/".join(urlsplit(self.page.address).path.split("/form/")[1].split("/")[2:])
        answers = []
        for name, container in self.page.questions.items():
            if container.get("data-type") in ("text", "integer"):
                word = str(next(self.words))
                self.told[where, name] = word
                field = next(e for e in container.iter() if e.tag in ("input", "textarea"))
                answers.append((field.get("name", ""), word))
            else:
                answers += self.walker.answer(name, container.get("data-type", ""), container)
        self.page = self.walker.press(self.page, action, answers)
        assert self.page.status == 200, (action, self.page.alert)

    def next(self) -> None:
        self.press("next")

    def back(self) -> None:
        self.press("back")

    def add(self) -> None:
        if self._add_here():
            self.press("next")

    def _add_here(self) -> bool:
        found = [action for action in self.page.actions if action.startswith("add:")]
        self.press(found[0] if found else "")
        return bool(found)

    def remove(self) -> None:
        found = [action for action in self.page.actions if action.startswith("remove:")]
        if found:
            last = f"r{self._rows()}"
            self.press(found[-1])
            self.told = {key: word for key, word in self.told.items() if last not in key[0]}

    def _rows(self) -> int:
        rows = self.draft.answers["answers"]["member"]
        return int(rows[-1]["_row"][1:])

    def speak(self) -> None:
        language, _, rest = self.page.address.removeprefix("/").partition("/")
        self.page = self.walker.open(f"/{'ar' if language == 'en' else 'en'}/{rest}")

    def change_device(self) -> None:
        other = self.walker.client.application.test_client()
        answer = other.submit("/fr/resume", {"code": self.draft.code}, follow_redirects=True)
        assert answer.status_code == 200
        self.walker = Walker(other)
        self.page = self.walker.open(answer.request.path)

    def check(self) -> None:
        assert self.draft.version == self.version
        kept = json.dumps(self.draft.answers)
        assert [word for word in self.told.values() if f'"{word}"' not in kept] == []

    def finish(self) -> Submission:
        for _ in range(30):
            if reference := self.page.by_id("reference"):
                return Submission.get(Submission.reference == reference)
            self.press("submit" if "submit" in self.page.actions else "next")
        raise AssertionError("no receipt")


DESK = ("edit", "publish", "publish", "roll_back", "retire", "republish")
PERSON = ("next", "next", "back", "add", "add", "remove", "speak", "change_device")
TURNS = st.lists(st.sampled_from([*(("desk", act) for act in DESK),
                                  *(("person", act) for act in PERSON)]), max_size=12)  # fmt: skip


@IN_HTTP
@given(TURNS, st.integers(0, 2**32))
def test_publishing_while_somebody_fills_in_loses_nothing(client, clock, turns, seed):
    slug = f"living{next(NUMBER)}"
    desk = Desk(slug, clock, random.Random(seed))
    person = Person(client.application.test_client(), slug)
    for who, act in turns:
        clock.forward(minutes=2)
        getattr(desk if who == "desk" else person, act)()
        person.check()
    sent = person.finish()
    assert sent.version == person.version
    answers = json.dumps(sent.answers)
    assert [word for word in person.told.values() if f'"{word}"' not in answers] == []
    desk.republish()
    newcomer = client.application.test_client().get(f"/en/form/{slug}", follow_redirects=True)
    assert live(slug).parsed.title["en"] in newcomer.text
    clock.forward(minutes=30)


@pytest.mark.slow
def test_many_people_at_once_finish_on_the_version_that_they_began(live, clock):
    """Twelve walk through the form at once while it is published over and over."""
    with connection():
        put_out("living", variant(0), clock())
    done = threading.Event()

    def keep_publishing() -> int:
        count = 0
        while not done.is_set():
            with connection():
                put_out("living", variant(count % 2), clock())
            count += 1
            done.wait(0.05)
        return count

    def walk(number: int) -> str:
        walker = Walker(Browser(live), people=number % 3)
        return walker.walk("/en/form/living").reference

    with ThreadPoolExecutor(13) as pool:
        publishing = pool.submit(keep_publishing)
        try:
            references = list(pool.map(walk, range(12)))
        finally:
            done.set()
        assert publishing.result() > 1
    with connection():
        assert len(set(references)) == 12
        for sent in Submission.select():
            asked = {spec.key for spec in sent.version.form.members(sent.version.form.root)}
            assert set(sent.answers) <= asked
            assert "name" in sent.answers
            assert ("first" in sent.answers) is ("first" in asked)
        assert not Draft.select().exists()
