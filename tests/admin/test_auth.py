"""Sign-in, second factor, and sessions that end."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from casework.accounts import disable_staff, reset_second_factor
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.throttles import Throttle
from casework.staff import Staff
from tests.admin.desk import sign_in
from tests.pages import csrf_token
from tests.world import PASSWORD


@pytest.fixture
def strict(app):
    """The same application with the second factor required."""
    held = app.extensions["lotse"]["config"]
    app.extensions["lotse"]["config"] = replace(held, second_factor="required")
    yield app
    app.extensions["lotse"]["config"] = held


@pytest.fixture
def coordinator(world) -> Staff:
    return world.coordinator()


def enrol(client, clock) -> tuple[pyotp.TOTP, list[str]]:
    """Set up the second factor; the app of the phone, and the recovery codes."""
    page = client.get("/admin/second-factor").get_data(as_text=True)
    key = re.search(r"<code>([A-Z2-7 -]+)</code>", page)[1].replace(" ", "").replace("-", "")
    phone = pyotp.TOTP(key)
    answer = client.post(
        "/admin/second-factor", data={"csrf_token": csrf_token(page), "code": phone.at(clock())}
    )
    assert answer.status_code == 200
    return phone, re.findall(r"<code>([0-9a-f-]{14})</code>", answer.get_data(as_text=True))


def is_in(client) -> bool:
    return client.get("/admin/account").status_code == 200


def test_a_visitor_is_sent_to_the_sign_in_and_back(client, coordinator):
    answer = client.get("/admin/account")
    assert answer.status_code == 303
    assert answer.location == "/admin/login?next=/admin/account"
    page = client.get(answer.location)
    token = csrf_token(page.get_data(as_text=True))
    data = {"csrf_token": token, "email": coordinator.email, "password": PASSWORD,
            "next": "/admin/account"}  # fmt: skip
    assert client.post("/admin/login", data=data).location == "/admin/account"


def test_the_right_password_opens_the_desk(client, coordinator):
    assert sign_in(client, coordinator).location == "/admin/"
    assert is_in(client)
    assert AuditEntry.select().where(AuditEntry.event == "staff:signed_in").count() == 1


def test_an_address_is_found_in_any_case(client, coordinator):
    coordinator.email = coordinator.email.upper()
    assert sign_in(client, coordinator).status_code == 303


@pytest.mark.parametrize(
    "data",
    [
        {"email": "nobody@example.org", "password": PASSWORD},
        {"email": "", "password": ""},
        {"email": "a\0b@example.org", "password": PASSWORD},
        {"email": "x" * 20_000, "password": PASSWORD},
        {"email": ["a@example.org", "b@example.org"], "password": [PASSWORD, "x"]},
        {"email": "coordinator1@example.org", "password": "wrong"},
        {"email": "coordinator1@example.org", "password": "x" * 20_000},
        {"email": "coordinator1@example.org", "password": ""},
    ],
)
def test_wrong_input_is_refused_with_the_same_sentence(client, coordinator, data):
    answer = client.submit("/admin/login", data)
    assert answer.status_code == 401
    assert "Bitte prüfen Sie beides" in answer.get_data(as_text=True)
    assert not is_in(client)


def test_an_account_without_a_password_lets_nobody_in(client, world):
    staff = world.staff(password=None)
    assert client.submit("/admin/login", {"email": staff.email, "password": ""}).status_code == 401


def test_unknown_and_known_accounts_cost_the_same_hash(client, coordinator, monkeypatch):
    asked = []
    monkeypatch.setattr("admin.sign_in.verify_password", lambda h, p: asked.append(h) or False)
    client.submit("/admin/login", {"email": "nobody@example.org", "password": "x"})
    client.submit("/admin/login", {"email": coordinator.email, "password": "x"})
    assert asked == [None, coordinator.password]


def test_a_post_without_a_token_is_refused(client, coordinator):
    answer = client.post("/admin/login", data={"email": coordinator.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert not is_in(client)


def test_the_twenty_first_try_for_an_account_is_refused_even_when_right(client, coordinator, clock):
    for _ in range(20):
        data = {"email": coordinator.email, "password": "wrong"}
        assert client.submit("/admin/login", data).status_code == 401
    refused = sign_in(client, coordinator)
    assert refused.status_code == 429
    assert 'role="alert"' in refused.get_data(as_text=True)
    clock.forward(minutes=16)
    assert sign_in(client, coordinator).status_code == 303


def test_guessing_through_many_accounts_from_one_place_is_stopped(client, coordinator):
    for number in range(20):
        data = {"email": f"guess{number}@example.org", "password": "wrong"}
        assert client.submit("/admin/login", data).status_code == 401
    assert sign_in(client, coordinator).status_code == 429


def test_signing_in_rightly_uses_up_nobodys_tries(app, coordinator):
    for _ in range(25):
        assert sign_in(app.test_client(), coordinator).status_code == 303


def test_neither_address_nor_account_is_kept_in_clear(client, coordinator):
    client.submit("/admin/login", {"email": coordinator.email, "password": "wrong"})
    kept = " ".join(str(row.__data__) for row in Throttle.select())
    assert kept
    assert "127.0.0.1" not in kept
    assert coordinator.email not in kept


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/admin//evil.example",
     "/\x1a///evil.example", "/%1a///evil", "javascript:alert(1)", "/de/", "/administrator"],
)  # fmt: skip
def test_no_sign_in_leads_to_another_host(client, coordinator, target):
    answer = sign_in(client, coordinator, next=target)
    assert answer.location == "/admin/"


def test_signing_in_makes_a_new_session(client, coordinator):
    client.get("/admin/login")
    with client.session_transaction() as session:
        before = session["csrf_token"]
        session["planted"] = "by somebody else"
    sign_in(client, coordinator)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


def test_a_kept_cookie_is_dead_after_signing_out(client, coordinator):
    sign_in(client, coordinator)
    kept = client.get_cookie("lotse").value
    client.submit("/admin/account", {"action": "none"})
    page = client.get("/admin/account").get_data(as_text=True)
    client.post("/admin/logout", data={"csrf_token": csrf_token(page)})
    client.set_cookie("lotse", kept)
    assert not is_in(client)


def test_a_session_ends_when_the_account_is_closed(client, world, coordinator, clock):
    sign_in(client, coordinator)
    disable_staff(coordinator, by=SYSTEM, at=clock())
    assert not is_in(client)
    assert sign_in(client, coordinator).status_code == 401


def test_a_new_password_ends_every_session(app, client, coordinator):
    sign_in(client, coordinator)
    other = app.test_client()
    sign_in(other, coordinator)
    wanted = {"password": PASSWORD, "new_password": "another quiet sentence",
              "new_password_again": "another quiet sentence"}  # fmt: skip
    assert client.submit("/admin/account", wanted).location == "/admin/login"
    assert not is_in(client)
    assert not is_in(other)
    assert sign_in(client, coordinator).status_code == 401
    data = {"email": coordinator.email, "password": "another quiet sentence"}
    assert client.submit("/admin/login", data).status_code == 303


@pytest.mark.parametrize(
    ("present", "wanted", "again"),
    [
        ("wrong", "another quiet sentence", "another quiet sentence"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "passwort1234", "passwort1234"),
        (PASSWORD, "x" * 20_000, "x" * 20_000),
        (PASSWORD, "another quiet sentence", "another loud sentence"),
        (PASSWORD, "", ""),
    ],
)
def test_a_bad_change_of_password_changes_nothing(client, coordinator, present, wanted, again):
    sign_in(client, coordinator)
    data = {"password": present, "new_password": wanted, "new_password_again": again}
    answer = client.submit("/admin/account", data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert coordinator.refresh().password == coordinator.password


def test_half_an_hour_without_a_click_ends_the_session(client, coordinator, clock):
    sign_in(client, coordinator)
    clock.forward(minutes=29)
    assert is_in(client)
    clock.forward(minutes=29)
    assert is_in(client)
    clock.forward(minutes=31)
    answer = client.get("/admin/account")
    assert answer.status_code == 303
    assert "abgelaufen" in client.get(answer.location).get_data(as_text=True)


def test_ten_hours_end_a_session_however_busy(client, coordinator, clock):
    sign_in(client, coordinator)
    for _ in range(23):
        clock.forward(minutes=26)
        assert is_in(client)
    clock.forward(minutes=3)
    assert not is_in(client)


def test_without_a_second_factor_only_its_setup_is_open(strict, coordinator):
    client = strict.test_client()
    assert sign_in(client, coordinator).location == "/admin/second-factor"
    for path in ("/admin/", "/admin/account", "/admin/life_areas/"):
        assert client.get(path).location.startswith("/admin/login")
    assert client.get("/admin/login").location == "/admin/second-factor"
    assert client.get("/admin/second-factor").status_code == 200


def test_the_setup_shows_picture_key_and_recovery_codes(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    assert "<svg" in client.get("/admin/second-factor").get_data(as_text=True)
    _phone, codes = enrol(client, clock)
    assert len(codes) == 10
    assert is_in(client)
    assert coordinator.refresh().tf_primary_method == "authenticator"


def test_a_wrong_first_code_sets_nothing_up(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    answer = client.submit("/admin/second-factor", {"code": "000000"})
    assert answer.status_code == 422
    assert coordinator.refresh().tf_totp_secret is None
    assert not is_in(client)


def test_after_setup_password_and_code_are_asked_for(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    phone, _codes = enrol(client, clock)
    clock.forward(minutes=1)
    other = strict.test_client()
    assert sign_in(other, coordinator).location == "/admin/login"
    assert not is_in(other)
    assert 'name="code"' in other.get("/admin/login").get_data(as_text=True)
    assert other.submit("/admin/login", {"code": phone.at(clock())}).location == "/admin/"
    assert is_in(other)


def test_password_and_code_may_come_at_once(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    phone, _codes = enrol(client, clock)
    clock.forward(minutes=1)
    other = strict.test_client()
    assert sign_in(other, coordinator, code=phone.at(clock())).location == "/admin/"
    assert is_in(other)


def test_a_code_works_once(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    phone, _codes = enrol(client, clock)
    clock.forward(minutes=1)
    code = phone.at(clock())
    assert sign_in(strict.test_client(), coordinator, code=code).location == "/admin/"
    assert sign_in(strict.test_client(), coordinator, code=code).status_code == 401
    earlier = phone.at(clock() - timedelta(seconds=30))
    assert sign_in(strict.test_client(), coordinator, code=earlier).status_code == 401


@pytest.mark.parametrize(
    "code", ["", "12345", "abcdef", "000000", "٠٠٠٠٠٠", "1" * 5_000, "\0", "000000 "]
)
def test_a_wrong_code_opens_nothing(strict, coordinator, clock, code):
    client = strict.test_client()
    sign_in(client, coordinator)
    enrol(client, clock)
    other = strict.test_client()
    sign_in(other, coordinator)
    assert other.submit("/admin/login", {"code": code}).status_code == 401
    assert not is_in(other)


def test_codes_are_limited_like_passwords(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    phone, _codes = enrol(client, clock)
    clock.forward(minutes=1)
    other = strict.test_client()
    sign_in(other, coordinator)
    answers = {other.submit("/admin/login", {"code": "000000"}).status_code for _ in range(19)}
    assert answers == {401}
    assert other.submit("/admin/login", {"code": phone.at(clock())}).status_code == 429


def test_the_right_password_is_forgotten_after_ten_minutes(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    phone, _codes = enrol(client, clock)
    other = strict.test_client()
    sign_in(other, coordinator)
    page = other.get("/admin/login").get_data(as_text=True)
    clock.forward(minutes=11)
    other.post("/admin/login", data={"csrf_token": csrf_token(page), "code": phone.at(clock())})
    assert not is_in(other)


def test_a_recovery_code_works_once_and_is_kept_as_a_digest(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    _phone, codes = enrol(client, clock)
    kept = coordinator.refresh().mf_recovery_codes
    assert not set(codes) & set(kept)
    assert sign_in(strict.test_client(), coordinator, code=codes[3].upper()).location == "/admin/"
    assert sign_in(strict.test_client(), coordinator, code=codes[3]).status_code == 401
    assert len(coordinator.refresh().mf_recovery_codes) == 9


def test_fresh_recovery_codes_replace_the_old_ones(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    _phone, codes = enrol(client, clock)
    answer = client.submit("/admin/account", {"action": "codes", "password": PASSWORD})
    fresh = re.findall(r"<code>([0-9a-f-]{14})</code>", answer.get_data(as_text=True))
    assert len(fresh) == 10
    assert sign_in(strict.test_client(), coordinator, code=codes[0]).status_code == 401
    assert sign_in(strict.test_client(), coordinator, code=fresh[0]).location == "/admin/"


def test_fresh_recovery_codes_need_the_password(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    enrol(client, clock)
    before = coordinator.refresh().mf_recovery_codes
    answer = client.submit("/admin/account", {"action": "codes", "password": "wrong"})
    assert answer.status_code == 422
    assert coordinator.refresh().mf_recovery_codes == before


def test_a_reset_second_factor_is_set_up_anew(strict, coordinator, clock):
    client = strict.test_client()
    sign_in(client, coordinator)
    enrol(client, clock)
    reset_second_factor(coordinator.refresh(), by=SYSTEM, at=clock())
    assert not is_in(client)
    assert sign_in(client, coordinator).location == "/admin/second-factor"


def test_a_session_without_a_second_factor_ends_when_one_is_required(app, client, coordinator):
    sign_in(client, coordinator)
    assert is_in(client)
    held = app.extensions["lotse"]["config"]
    app.extensions["lotse"]["config"] = replace(held, second_factor="required")
    assert not is_in(client)
    app.extensions["lotse"]["config"] = held


def test_the_second_factor_is_sealed_in_the_database(client, coordinator, clock):
    sign_in(client, coordinator)
    enrol(client, clock)
    raw = Staff.select(Staff.tf_totp_secret).where(Staff.id == coordinator.id).tuples().get()[0]
    assert b"key" not in raw.data


def test_the_desk_speaks_german_and_english(client, coordinator):
    assert "Anmelden" in client.get("/admin/login").get_data(as_text=True)
    english = client.get("/admin/login", headers={"Accept-Language": "en-GB,de;q=0.5"})
    assert "Sign in" in english.get_data(as_text=True)
    sign_in(client, coordinator)
    page = client.get("/admin/account").get_data(as_text=True)
    assert '<html lang="de"' in page
    client.post("/admin/language", data={"csrf_token": csrf_token(page), "language": "en"})
    assert '<html lang="en"' in client.get("/admin/account").get_data(as_text=True)
    assert coordinator.refresh().language == "en"


def test_an_unknown_language_changes_nothing(client, coordinator):
    sign_in(client, coordinator)
    page = client.get("/admin/account").get_data(as_text=True)
    data = {"csrf_token": csrf_token(page), "language": "xx", "next": "//evil.example"}
    assert client.post("/admin/language", data=data).location == "/admin/"
    assert coordinator.refresh().language == "de"


def test_pages_of_the_desk_are_not_kept_by_the_browser(client, coordinator):
    sign_in(client, coordinator)
    assert client.get("/admin/account").headers["Cache-Control"] == "no-store"


def test_style_and_script_are_kept_for_a_year_under_a_hashed_name(client):
    page = client.get("/admin/login").get_data(as_text=True)
    address = html.unescape(re.search(r'href="(/admin/static/desk\.[0-9a-f]+\.css)"', page)[1])
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert client.get("/admin/static/desk.css").status_code == 404


def test_an_unknown_page_is_a_plain_404(client, coordinator):
    sign_in(client, coordinator)
    answer = client.get("/admin/nowhere/at/all")
    assert answer.status_code == 404
    assert "werkzeug" not in answer.get_data(as_text=True).lower()


@pytest.mark.parametrize("role", list(Role))
def test_every_role_comes_in_and_sees_a_menu(client, world, role):
    organization = world.organization() if role is Role.INTEGRATION_MANAGER else None
    sign_in(client, world.staff(role, organization=organization))
    page = client.get("/admin/").get_data(as_text=True)
    assert 'id="menu"' in page
