"""Translations beside the original: typed here, or by a machine and marked as such."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from casework.core.access import SYSTEM
from casework.interpretations import Interpretation, keep_interpretation
from casework.messages import receive_message
from tests.admin.pressing import desk_of, send, text_of
from tests.world import HELP_ANSWERS, World

ASKED = HELP_ANSWERS | {"need_text": "أحتاج إلى مكان في الروضة"}


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


def _translation(row, field: str, **more: str) -> dict[str, str]:
    table = row._meta.table_name
    return {"table": table, "row": str(row.id), "field": field, "url": "/admin/"} | more


def test_a_typed_translation_stands_beside_the_original(desk, world: World) -> None:
    submission = world.submission(answers=ASKED)
    fields = _translation(submission, "answers/need_text", body="I need a place in a kindergarten")
    assert send(desk, "/admin/translation/", fields).status_code == 303
    page = text_of(desk.get(f"/admin/submission/{submission.id}"))
    assert "I need a place in a kindergarten" in page
    assert "أحتاج إلى مكان في الروضة" in page
    assert submission.refresh().answers["need_text"] == "أحتاج إلى مكان في الروضة"


def test_a_translation_by_a_machine_is_marked_as_such(desk, world: World) -> None:
    submission = world.submission(answers=ASKED)
    keep_interpretation(
        submission, "answers/need_text", "en", "Place", source="machine", by=SYSTEM, at=world.at
    )
    page = text_of(desk.get(f"/admin/submission/{submission.id}"))
    assert "Translated by a machine, not checked" in page


def test_without_a_service_no_machine_is_offered_and_asking_is_refused(desk, world: World) -> None:
    submission = world.submission(answers=ASKED)
    assert "Ask the machine" not in text_of(desk.get(f"/admin/submission/{submission.id}"))
    fields = _translation(submission, "answers/need_text", machine="1")
    response = send(desk, "/admin/translation/", fields)
    assert response.status_code == 422
    assert "gave no translation" in text_of(response)
    assert Interpretation.select().count() == 0


class _Service(BaseHTTPRequestHandler):
    """Speaks the documented interface of LibreTranslate."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        body = json.dumps({"translatedText": f"[{asked['target']}] place"}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def service(app) -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Service)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    usual = app.extensions["lotse"]["config"]
    url = f"http://127.0.0.1:{server.server_port}"
    app.extensions["lotse"]["config"] = replace(usual, translate_url=url)
    yield server
    app.extensions["lotse"]["config"] = usual
    server.shutdown()
    server.server_close()


def test_the_machine_is_asked_with_the_original_and_its_language(
    service, desk, world: World
) -> None:
    submission = world.submission(answers=ASKED)
    assert "Ask the machine" in text_of(desk.get(f"/admin/submission/{submission.id}"))
    fields = _translation(submission, "answers/need_text", machine="1")
    assert send(desk, "/admin/translation/", fields).status_code == 303
    assert service.asked[0]["q"] == "أحتاج إلى مكان في الروضة"
    assert (service.asked[0]["source"], service.asked[0]["target"]) == ("ar", "en")
    page = text_of(desk.get(f"/admin/submission/{submission.id}"))
    assert "[en] place" in page
    assert "Translated by a machine" in page


@pytest.mark.parametrize("forged", [
    {"table": "people"}, {"row": str(uuid.uuid4())}, {"row": "x"},
    {"field": "answers/given_name"}, {"field": "pin_hash"}, {"field": ""},
])  # fmt: skip
def test_only_free_texts_within_scope_can_be_translated(
    desk, world: World, forged: dict[str, str]
) -> None:
    fields = _translation(world.submission(answers=ASKED), "answers/need_text", body="x")
    assert send(desk, "/admin/translation/", fields | forged).status_code == 404
    assert Interpretation.select().count() == 0


def test_a_translation_that_is_too_long_is_told_and_kept_in_the_field(desk, world: World) -> None:
    submission = world.submission(answers=ASKED)
    fields = _translation(submission, "answers/need_text", body="words " * 4_000)
    response = send(desk, "/admin/translation/", fields)
    assert response.status_code == 422
    assert "words words" in text_of(response)


def test_messages_and_needs_of_a_case_are_translated_on_its_page(app, world: World) -> None:
    mine = world.organization()
    case = world.case(mine)
    need = world.need(case, description="نحتاج شقة", language="ar")
    message = receive_message(
        "متى؟", case=case, submission=world.submission(), language="ar", by=SYSTEM, at=world.at
    )
    client = desk_of(app, world.manager(mine))
    send(client, "/admin/translation/", _translation(need, "description", body="We need a flat"))
    send(client, "/admin/translation/", _translation(message, "body", body="When?"))
    page = text_of(client.get(f"/admin/case/{case.id}"))
    for text in ("We need a flat", "نحتاج شقة", "When?", "متى؟"):
        assert text in page, text


def test_nobody_translates_in_a_case_of_another_organisation(app, world: World) -> None:
    need = world.need(world.case(world.organization()), description="نحتاج شقة", language="ar")
    client = desk_of(app, world.manager())
    fields = _translation(need, "description", body="x")
    assert send(client, "/admin/translation/", fields).status_code == 404
    assert client.get("/admin/translation/", query_string=fields).status_code == 404
    assert Interpretation.select().count() == 0
