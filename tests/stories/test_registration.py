"""An organisation registers itself, is looked at, listed, and takes itself off the list again."""

from __future__ import annotations

from flask import Flask

from casework.providers import Organization, Service
from casework.submissions import Submission
from tests.admin.pressing import desk_of, send, text_of
from tests.pages import PageClient
from tests.walker import Walker
from tests.world import World


def test_from_the_portal_into_the_directory_and_out_of_it(
    app: Flask, client: PageClient, world: World, clock
) -> None:
    walk = Walker(client, people=1).walk("/tr/form/provider")
    clock.forward(hours=1)
    desk = desk_of(app, world.coordinator())
    submission = Submission.get(Submission.reference == walk.reference)
    if submission.suspicious:  # a script is faster than people are
        send(desk, f"/admin/submission/{submission.id}/clear")
    assert f"/admin/submission/{submission.id}" in text_of(desk.get("/admin/submission/"))
    assert not Service.offered().exists()

    page = f"/admin/submission/{submission.id}/accept"
    row = next(each["_row"] for each in submission.answers["services"])
    assert send(desk, page, {"into": "new", "rows": [row]}).status_code == 303
    entry = Organization.get()
    assert "never checked" in text_of(desk.get(f"/admin/organization/details/?id={entry.id}"))
    assert [each.organization for each in Service.offered()] == [entry]

    address = "/tr/status"
    client.submit(address, {"reference": walk.reference, "pin": walk.pin})
    assert walk.reference in text_of(client.get(address))
    client.submit(f"{address}/withdraw", {})
    assert submission.refresh().state == "withdrawn"
    assert not Service.offered().exists()
