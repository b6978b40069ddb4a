"""Whatever a page shows can be followed and pressed, by everybody it is shown to."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask, request

from admin.auth import User
from casework.accounts import choose_language
from casework.cases import Case, CaseSubmission
from casework.core.access import SYSTEM
from casework.demo import load_demo
from casework.demo.town import DEMO_HOST
from casework.invitations import PERSON, offered
from casework.reply_links import ReplyLink
from casework.staff import Staff
from casework.submissions import Submission
from tests.admin.pressing import desk_of, send
from tests.invited import invited
from tests.portal.visits import PIN, PIN_HASH, sign_in
from tests.stories.following import Plain, Reader
from tests.walker import Page, Walker
from tests.world import World

pytestmark = pytest.mark.slow

CATALOGUES = Path(__file__).parent.parent.parent / "translations"
DESK = ("/admin", "/preview/", "/media/")
READERS = ("koordination", "caritas", "beauftragte", "ehrenamt", "verwaltung")
# Whose screens are the coordinator's: what their forms do with what is typed was seen there.
ALIKE = ("caritas",)


@pytest.fixture
def town(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> Flask:
    load_demo(20, 1, at=world.at)
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(app, "test_client_class", Plain)
    return app


def english(language: str, domain: str) -> frozenset[str]:
    """Sentences that read differently in `language`; of single words some are codes or names."""
    file = CATALOGUES / language / "LC_MESSAGES" / f"{domain}.po"
    with file.open("rb") as opened:
        texts = {str(each.id): str(each.string) for each in read_po(opened) if each.id}
    said = {each.casefold() for each in texts.values()}
    return frozenset(
        each for each, there in texts.items()
        if each.count(" ") > 1 and there != each and "%" not in each and each.casefold() not in said
    )  # fmt: skip


def test_nothing_on_the_desk_leads_nowhere(town: Flask, world: World) -> None:
    found = []
    left = english("de", "backoffice")
    for local in READERS:
        staff = Staff.get(Staff.email == f"{local}@{DEMO_HOST}")
        client = desk_of(town, staff)
        choose_language(User.get_by_id(staff.id), "de", by=staff.actor, at=world.at)
        reader = Reader(
            town, client, DESK, is_typing=local not in ALIKE, is_brief=local in ALIKE,
            but=("desk.logout",), untranslated=left,
        )  # fmt: skip
        reader.follow("/admin/")
        found += [f"{local}: {each}" for each in reader.found]
        assert len(reader.opened) > 30, local
        assert reader.answers[303] > 10, local
        assert send(client, "/admin/logout").status_code == 303
        assert "/admin/login" in client.get("/admin/").location
    assert not found, "\n".join(found)


class Looking(Walker):
    """Fills a form in, and on each page a reader looks at everything first."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader.client, people=1)
        self.reader = reader

    def press(self, page: Page, action: str, answers: list) -> Page:
        self.reader.follow(page.address)
        return super().press(page, action, answers)


@pytest.mark.parametrize("language", ["de", "ar"])
def test_nothing_in_the_portal_leads_nowhere(town: Flask, world: World, language: str) -> None:
    reader = Reader(
        town, town.test_client(), ("/",), language=language, is_typing=True,
        untranslated=english(language, "messages"),
    )  # fmt: skip
    reader.follow("/", f"/{language}/")
    walk = Looking(reader).walk(f"/{language}/form/help")
    reader.follow(f"/{language}/form/help/receipt")
    status = f"/{language}/status"
    sign_in(reader.client, walk.reference, walk.pin, path=status)
    reader.follow(status)
    for sent in requests_of_cases():
        reader.client = town.test_client()
        assert sign_in(reader.client, sent.reference, PIN, path=status).status_code == 303
        reader.follow(status)
    reader.client = town.test_client()
    reader.follow(*signed_links(world, language))
    assert reader.answers[303] > 50
    assert not reader.found, "\n".join(reader.found)


def requests_of_cases() -> list[Submission]:
    """Requests that became cases and have a status page, which opens with `PIN`."""
    Submission.update(pin_hash=PIN_HASH).where(Submission.pin_hash != "").execute()
    linked = CaseSubmission.select(CaseSubmission.submission)
    found = Submission.select().where((Submission.id << linked) & (Submission.pin_hash != ""))
    return list(found.order_by(Submission.id).limit(12))


def signed_links(world: World, language: str) -> list[str]:
    """A few links that are open: of providers, and of a person who is asked something."""
    acting = ReplyLink.used_at.is_null() & ReplyLink.revoked_at.is_null()
    replies = ReplyLink.select().where(acting & (ReplyLink.expires_at > world.at)).limit(3)
    case = Case.get(Case.closed_at.is_null())
    asked = invited(
        world, case, SYSTEM, offered(PERSON)[0], person=case.household.people[0], language=language
    )
    return [*(f"/reply/{each.token}" for each in replies), f"/{language}/invite/{asked.token}"]


PAGES = {
    "/": "<h1>A</h1><a href='/none'>x</a><a href='#nowhere'>x</a><a href='/bare'>x</a>"
    "<form method='post' action='/press'><button>x</button></form>"
    "<form method='post' action='/press'><button name='do' value='break'>x</button></form>",
    "/bare": "No heading. <b>Send the answer</b>",
}


def test_a_reader_tells_what_leads_nowhere(db: None) -> None:
    app = Flask("town")
    for address, body in PAGES.items():
        page = f'<html lang="de"><title>A</title>{body}</html>'
        app.add_url_rule(address, f"page {address}", lambda page=page: page)
    app.add_url_rule("/press", "press", _press, methods=["POST"])
    app.test_client_class = Plain
    reader = Reader(app, app.test_client(), ("/",), untranslated=frozenset({"Send the answer"}))
    reader.follow("/")
    assert reader.found == [
        "/ pressing None → /press → /press: 404",
        "/ pressing ('do', 'break') → /press → /press: 422",
        "/: nothing is called #nowhere",
        "/none from /: 404",
        "/bare from /: 0 h1, title 'A'",
        "/bare from /: 'Send the answer' is English",
    ]


def _press() -> tuple[str, int]:
    return ("No reason given", 422) if "do" in request.form else ("Not found", 404)
