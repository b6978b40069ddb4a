"""Settings without code, accounts, the audit trail, the outbox."""

from __future__ import annotations

import re
from typing import Any

import pytest

from admin.text_words import TEXT_NAMES
from casework.accounts import LastAdministrator, disable_staff
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.settings import Setting, all_settings, setting
from casework.life_areas import LifeArea, NeedCategory
from casework.messages import OutboxMail, queue_mail
from casework.sites import Site
from casework.staff import Staff, verify_password
from casework.texts import Text
from tests.admin.desk import sign_in
from tests.admin.pressing import desk_of
from tests.pages import csrf_token, hidden_fields
from tests.world import PASSWORD


@pytest.fixture
def administrator(world) -> Staff:
    return world.staff(Role.ADMINISTRATOR)


@pytest.fixture
def admin(client, administrator):
    sign_in(client, administrator)
    return client


@pytest.fixture
def coordinator(app, world):
    client = app.test_client()
    sign_in(client, world.coordinator())
    return client


def body(answer: Any) -> str:
    return answer.get_data(as_text=True)


def act(client: Any, staff: Staff, deed: str) -> Any:
    page = body(client.get(f"/admin/staff/details/?id={staff.id}"))
    data = {"csrf_token": csrf_token(page), "id": str(staff.id), "deed": deed}
    return client.post("/admin/staff/act/", data=data)


def shown_password(answer: Any) -> str:
    return re.search(r"<code>([a-z0-9-]{23})</code>", body(answer))[1]


NEW = {"email": "New@Example.org", "name": "Neu", "role": "coordinator", "language": "de",
       "organization": "", "password": ""}  # fmt: skip

# Staff accounts


def test_a_new_account_gets_a_password_that_is_shown_once(admin):
    answer = admin.submit("/admin/staff/new/", NEW)
    assert answer.status_code == 200
    staff = Staff.get(Staff.email == "new@example.org")
    assert verify_password(staff.password, shown_password(answer))
    assert shown_password(answer) not in body(admin.get(f"/admin/staff/details/?id={staff.id}"))
    assert AuditEntry.select().where(AuditEntry.event == "staff:created").count() >= 1


def test_a_new_account_can_be_given_a_password(admin):
    answer = admin.submit("/admin/staff/new/", NEW | {"password": PASSWORD, "language": "en"})
    assert answer.status_code == 303
    staff = Staff.get(Staff.email == "new@example.org")
    assert verify_password(staff.password, PASSWORD)
    assert staff.language == "en"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "x" * 20_000 + "@example.org"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 20_000}, "password"),
        ({"role": "integration_manager"}, "organization"),
        ({"role": "emperor"}, "role"),
        ({"language": "ar"}, "language"),
        ({"organization": "x"}, "organization"),
    ],
)
def test_a_wrong_account_is_refused_beside_the_field(admin, wrong, field):
    before = Staff.select().count()
    answer = admin.submit("/admin/staff/new/", NEW | wrong)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in body(answer)
    assert Staff.select().count() == before


def test_an_address_has_one_account(admin, administrator):
    answer = admin.submit("/admin/staff/new/", NEW | {"email": administrator.email.upper()})
    assert answer.status_code == 422
    assert "schon ein Konto" in body(answer) or "already an account" in body(answer)


def test_another_role_ends_the_sessions_of_the_account(app, admin, world):
    staff = world.coordinator()
    theirs = app.test_client()
    sign_in(theirs, staff)
    address = f"/admin/staff/edit/?id={staff.id}"
    data = hidden_fields(body(admin.get(address))) | {
        "email": staff.email, "name": "X", "role": "volunteer_coordinator", "language": "de",
    }  # fmt: skip
    assert admin.post(address, data=data).status_code == 303
    assert staff.refresh().role == "volunteer_coordinator"
    assert theirs.get("/admin/account").status_code == 303


def test_an_account_is_closed_and_opened_again(app, admin, world):
    staff = world.coordinator()
    act(admin, staff, "disable")
    assert sign_in(app.test_client(), staff).status_code == 401
    act(admin, staff, "enable")
    assert sign_in(app.test_client(), staff).status_code == 303


def test_a_password_is_reset_and_the_old_one_is_dead(app, admin, world):
    staff = world.coordinator()
    fresh = shown_password(act(admin, staff, "reset_password"))
    assert sign_in(app.test_client(), staff).status_code == 401
    data = {"email": staff.email, "password": fresh}
    assert app.test_client().submit("/admin/login", data).status_code == 303


def test_the_second_factor_is_reset(admin, world):
    staff = world.coordinator()
    staff.tf_primary_method, staff.tf_totp_secret = "authenticator", "{}"
    staff.save()
    act(admin, staff, "reset_second_factor")
    assert staff.refresh().tf_totp_secret is None


def test_nobody_closes_their_own_account(admin, administrator, world):
    world.staff(Role.ADMINISTRATOR)
    act(admin, administrator, "disable")
    assert administrator.refresh().active
    assert 'role="alert"' in body(admin.get("/admin/staff/"))


def test_the_last_administrator_stays(admin, administrator, clock):
    with pytest.raises(LastAdministrator):
        disable_staff(administrator, by=SYSTEM, at=clock())
    address = f"/admin/staff/edit/?id={administrator.id}"
    data = hidden_fields(body(admin.get(address))) | {
        "email": administrator.email, "role": "coordinator", "language": "de",
    }  # fmt: skip
    assert admin.post(address, data=data).status_code == 422
    assert administrator.refresh().role == "administrator"


@pytest.mark.parametrize("deed", ["explode", "", "delete_instance"])
def test_an_unknown_deed_is_404(admin, world, deed):
    assert act(admin, world.coordinator(), deed).status_code == 404


def test_no_page_shows_a_hash_or_a_secret(admin, world):
    staff = world.coordinator()
    for page in ("details", "edit"):
        text = body(admin.get(f"/admin/staff/{page}/?id={staff.id}"))
        assert "argon2" not in text
        assert staff.fs_uniquifier not in text


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
def test_only_administrators_see_accounts(app, world, role):
    organization = world.organization() if role is Role.INTEGRATION_MANAGER else None
    staff = world.staff(role, organization=organization)
    client = app.test_client()
    sign_in(client, staff)
    page = body(client.get("/admin/account"))
    assert 'href="/admin/staff/"' not in page
    for address in ("", "new/", f"details/?id={staff.id}", f"edit/?id={staff.id}"):
        assert client.get(f"/admin/staff/{address}").status_code == 404
    data = {"csrf_token": csrf_token(page), "id": str(staff.id), "deed": "reset_password"}
    assert client.post("/admin/staff/act/", data=data).status_code == 404


# The audit trail


def test_the_trail_shows_who_did_what_and_filters_it(admin, administrator, world):
    world.coordinator()
    page = body(admin.get("/admin/audit_entries/?flt_event=signed_in"))
    assert "staff:signed_in" in page
    assert "staff:created" not in page.replace('value="staff:created"', "")
    assert administrator.name in page
    none = body(admin.get("/admin/audit_entries/?flt_at_from=2027-01-01"))
    assert "staff:signed_in" not in none
    assert "staff:signed_in" in body(
        admin.get("/admin/audit_entries/?flt_actor_name=administrator")
    )


def test_nobody_changes_the_trail(admin):
    entry = AuditEntry.select().first()
    token = csrf_token(body(admin.get("/admin/audit_entries/")))
    for verb in ("new", "edit", "delete"):
        address = f"/admin/audit_entries/{verb}/?id={entry.id}"
        assert admin.get(address).status_code == 404
        assert admin.post(address, data={"csrf_token": token}).status_code == 404


def test_the_administrator_takes_the_trail_out_without_what_it_is_about(
    admin, administrator, world
):
    case = world.case(given_name="Amal", family_name="Beispiel")
    world.need(case)
    exported = admin.get("/admin/audit_entries/export/csv/?flt_event=case")
    assert exported.status_code == 200
    text = body(exported)
    assert "case:opened" in text
    assert "staff:created" not in text
    for hidden in (case.reference, "Amal", "Beispiel"):
        assert hidden not in text
    entry = AuditEntry.get(AuditEntry.event == "audit:exported")
    assert (entry.actor_id, entry.details) == (
        administrator.id,
        {"rows": len(text.splitlines()) - 1},
    )


def test_the_coordinator_reads_the_trail_and_takes_nothing_out(app, world):
    client = app.test_client()
    sign_in(client, world.coordinator())
    assert "/export/" not in body(client.get("/admin/audit_entries/"))
    assert client.get("/admin/audit_entries/export/csv/").status_code == 404


def test_the_commissioner_sees_no_trail(app, world):
    client = app.test_client()
    sign_in(client, world.staff(Role.INTEGRATION_COMMISSIONER))
    assert client.get("/admin/audit_entries/").status_code == 404


# The outbox


@pytest.fixture
def mail(world, clock) -> OutboxMail:
    row = queue_mail(
        "referral", "desk@provider.example", "A subject", "The words of a mail", language="de",
        host="lotse.example", by=SYSTEM, at=clock(),
    )  # fmt: skip
    OutboxMail.update(state="failed", tries=10, last_error="connection refused").execute()
    return row


def test_the_outbox_says_whether_a_mail_left_and_never_what_it_says(admin, mail):
    for address in ("/admin/outbox_mails/", f"/admin/outbox_mails/details/?id={mail.id}"):
        page = body(admin.get(address))
        assert "connection refused" in page
        for private in ("desk@provider.example", "A subject", "The words of a mail"):
            assert private not in page


def test_a_failed_mail_is_tried_again(admin, mail):
    token = csrf_token(body(admin.get("/admin/outbox_mails/")))
    data = {"csrf_token": token, "action": "retry", "rowid": str(mail.id)}
    admin.post("/admin/outbox_mails/action/", data=data)
    row = mail.refresh()
    assert (row.state, row.tries) == ("waiting", 0)


def test_a_mail_that_left_is_not_sent_again(admin, mail):
    OutboxMail.update(state="sent").execute()
    token = csrf_token(body(admin.get("/admin/outbox_mails/")))
    data = {"csrf_token": token, "action": "retry", "rowid": str(mail.id)}
    admin.post("/admin/outbox_mails/action/", data=data)
    assert mail.refresh().state == "sent"


# Life areas and need categories


def test_a_life_area_is_renamed_in_one_language_and_keeps_the_others(coordinator):
    area = LifeArea.get(LifeArea.code == "language")
    address = f"/admin/life_areas/edit/?id={area.id}"
    page = body(coordinator.get(address))
    labels = {f"labels-{tag}": text for tag, text in area.labels.items()}
    data = hidden_fields(page) | labels | {
        "labels-de": "Deutsch lernen", "icon": area.icon, "position": "1", "active": "y",
    }  # fmt: skip
    assert 'dir="rtl"' in page
    assert coordinator.post(address, data=data).status_code == 303
    assert area.refresh().labels == area.labels | {"de": "Deutsch lernen"}
    assert area.refresh().code == "language"


@pytest.mark.parametrize(
    "wrong",
    [{"labels-de": ""}, {"labels-de": "x" * 20_000}, {"code": "With Blank"}, {"code": "language"},
     {"position": "first"}, {"position": "9" * 30}, {"icon": "nonesuch"}],
)  # fmt: skip
def test_a_wrong_life_area_is_refused(coordinator, wrong):
    data = {"code": "garden", "labels-de": "Garten", "icon": "book", "position": "9", "active": "y"}
    before = LifeArea.select().count()
    answer = coordinator.submit("/admin/life_areas/new/", data | wrong)
    assert answer.status_code == 422
    assert LifeArea.select().count() == before


def test_a_need_category_is_added_without_code(coordinator):
    area = LifeArea.get(LifeArea.code == "housing")
    data = {"code": "balcony", "labels-de": "Balkon", "labels-ar": "شرفة", "position": "99",
            "life_area": str(area.id), "active": "y"}  # fmt: skip
    assert coordinator.submit("/admin/need_categories/new/", data).status_code == 303
    row = NeedCategory.get(NeedCategory.code == "balcony")
    assert (row.labels, row.life_area_id) == ({"de": "Balkon", "ar": "شرفة"}, area.id)


def test_a_code_that_forms_refer_to_cannot_be_changed(coordinator):
    row = NeedCategory.get(NeedCategory.code == "integration_course")
    address = f"/admin/need_categories/edit/?id={row.id}"
    page = body(coordinator.get(address))
    assert 'name="code"' not in page
    data = hidden_fields(page) | {"code": "other", "labels-de": "Kurs", "position": "1",
                                  "life_area": str(row.life_area_id), "active": "y"}  # fmt: skip
    assert coordinator.post(address, data=data).status_code == 303
    assert row.refresh().code == "integration_course"


# Texts


def test_a_text_is_changed_and_marked_as_checked(coordinator):
    text = Text.get((Text.key == "page.start") & (Text.language == "de"))
    address = f"/admin/texts/edit/?id={text.id}"
    data = hidden_fields(body(coordinator.get(address))) | {
        "subject": "Guten Tag", "body": "Neuer Text", "review": "reviewed",
    }  # fmt: skip
    assert coordinator.post(address, data=data).status_code == 303
    row = text.refresh()
    assert (row.subject, row.body, row.review) == ("Guten Tag", "Neuer Text", "reviewed")
    assert AuditEntry.select().where(AuditEntry.event == "text:changed").count() == 1


@pytest.mark.parametrize("wrong", [{"body": ""}, {"body": "x" * 30_000}, {"review": "perfect"}])
def test_a_wrong_text_is_refused(coordinator, wrong):
    text = Text.get((Text.key == "page.start") & (Text.language == "de"))
    address = f"/admin/texts/edit/?id={text.id}"
    data = hidden_fields(body(coordinator.get(address))) | {
        "subject": "S", "body": "B", "review": "draft",
    }  # fmt: skip
    assert coordinator.post(address, data=data | wrong).status_code == 422
    assert text.refresh().body == text.body


def test_a_text_that_a_language_lacks_begins_with_the_german_words(coordinator):
    Text.delete().where((Text.key == "page.start") & (Text.language == "so")).execute()
    page = body(coordinator.get("/admin/texts/"))
    data = {"csrf_token": csrf_token(page), "key": "page.start", "language": "so"}
    answer = coordinator.post("/admin/texts/begin/", data=data)
    assert answer.location.startswith("/admin/texts/edit/")
    german = Text.get((Text.key == "page.start") & (Text.language == "de"))
    begun = Text.get((Text.key == "page.start") & (Text.language == "so"))
    assert (begun.body, begun.review) == (german.body, "draft")


@pytest.mark.parametrize(("key", "tag"), [("page.none", "so"), ("page.start", "xx"), ("", "")])
def test_a_text_begins_only_where_there_is_one_in_german(coordinator, key, tag):
    token = csrf_token(body(coordinator.get("/admin/texts/")))
    data = {"csrf_token": token, "key": key, "language": tag}
    assert coordinator.post("/admin/texts/begin/", data=data).status_code == 404


# Sites and settings


def test_a_site_with_room_is_added(coordinator):
    data = {"name": "Am Hang", "kind": "shared_housing", "capacity": "80", "active": "y"}
    assert coordinator.submit("/admin/sites/new/", data).status_code == 303
    assert Site.get(Site.name == "Am Hang").capacity == 80
    page = body(coordinator.get("/admin/sites/"))
    assert "Am Hang" in page
    assert ">shared_housing<" not in page


@pytest.mark.parametrize(
    "wrong",
    [{"capacity": "-1"}, {"capacity": "many"}, {"kind": "castle"}, {"name": ""}],
)
def test_a_wrong_site_is_refused(coordinator, wrong):
    data = {"name": "Am Hang", "kind": "shared_housing", "capacity": "80"}
    before = Site.select().count()
    assert coordinator.submit("/admin/sites/new/", data | wrong).status_code == 422
    assert Site.select().count() == before


CENTRE = {"centre_name": "Welcome-Center Musterstadt", "site_zone": "Europe/Vienna",
          "draft_days": "5", "reply_link_days": "10", "follow_up_days": "20",
          "release_days": "400", "centre_email": "desk@example.org",
          "upload_megabytes": "5", "people_per_manager": "100"}  # fmt: skip


def test_settings_are_changed_in_one_form(admin):
    assert admin.submit("/admin/settings/", CENTRE).status_code == 303
    assert setting("centre_name") == "Welcome-Center Musterstadt"
    assert setting("draft_days") == 5
    changed = AuditEntry.select().where(AuditEntry.event == "setting:changed").count()
    assert admin.submit("/admin/settings/", CENTRE).status_code == 303
    assert AuditEntry.select().where(AuditEntry.event == "setting:changed").count() == changed


@pytest.mark.parametrize(
    "wrong",
    [{"site_zone": "Moon/Base"}, {"draft_days": "0"}, {"draft_days": "x"},
     {"release_days": "9" * 20}, {"centre_name": ""}, {"centre_name": "x" * 20_000},
     {"centre_email": "nobody"}, {"upload_megabytes": "11"}, {"upload_megabytes": "0"}],
)  # fmt: skip
def test_wrong_settings_change_nothing(admin, wrong):
    before = all_settings()
    assert admin.submit("/admin/settings/", CENTRE | wrong).status_code == 422
    assert all_settings() == before


def test_whether_an_instance_is_a_demonstration_is_no_setting_of_the_desk(admin):
    before = setting("instance_kind")
    admin.submit("/admin/settings/", CENTRE | {"instance_kind": "demo"})
    assert setting("instance_kind") == before


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_the_screens_that_it_may_and_no_others(app, world, role):
    organization = world.organization() if role is Role.INTEGRATION_MANAGER else None
    staff = world.staff(role, organization=organization)
    client = app.test_client()
    sign_in(client, staff)
    page = body(client.get("/admin/account"))
    for screen in app.extensions["lotse"]["desk"]._views:
        may = staff.actor.may(screen.permission_for(screen._default_view))
        shown = may and screen.is_visible()
        assert (f'href="{screen.url}/"' in page) == shown, (role, screen.url)
        if shown or not may:
            status = client.get(f"{screen.url}/").status_code
            assert status == (200 if may else 404), (role, screen.url)


def test_a_demonstration_says_so_on_every_page(admin):
    assert "erfunden" not in body(admin.get("/admin/staff/"))
    Setting.insert(key="instance_kind", value="demo").on_conflict(
        conflict_target=[Setting.key], preserve=[Setting.value]
    ).execute()
    for address in ("/admin/", "/admin/staff/", "/admin/settings/", "/admin/nowhere/"):
        assert "erfunden" in body(admin.get(address))


def test_texts_mails_and_events_are_called_by_words(app, world, administrator) -> None:
    desk = desk_of(app, administrator)
    texts = body(desk.get("/admin/texts/"))
    assert "Mail: thanks for an offer" in texts
    assert "mail.offer_received" not in texts
    unnamed = {row.key for row in Text.select()} - set(TEXT_NAMES)
    assert unnamed == set()
    world.offer(email="franka@example.org")
    assert "Mail: thanks for an offer" in body(desk.get("/admin/outbox_mails/"))
    trail = body(desk.get("/admin/audit_entries/"))
    assert "Signed in<br>" in trail
