"""Organisations register themselves: an entry only after somebody looked, and never checked yet."""

from __future__ import annotations

from typing import Any

import pytest

from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.lookups import find_all, name_keys, phone_keys
from casework.core.refusals import Forbidden, InvalidTransition, NotFound
from casework.insight.known_providers import known_organizations
from casework.providers import (
    Address,
    Contact,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    confirm_entry,
)
from casework.registrations import (
    NoRegistration,
    NothingToAdd,
    accept_registration,
    organization_of,
    registration_of,
)
from casework.submissions import Submission, decline_submission, withdraw_submission
from tests.world import World

CAFE = {
    "_row": "r1", "service_name": "Sprachcafé", "service_areas": ["language"],
    "service_need_language": ["conversation"], "service_for": "alle",
    "service_languages": ["ar", "fa-AF", "other"], "service_cost": "kostenlos",
    "service_times": "Montag 9 bis 12 Uhr", "service_free": "0",
}  # fmt: skip
ADVICE = {
    "_row": "r2", "service_name": "Schuldnerberatung", "service_areas": ["money", "housing"],
    "service_need_money": ["debt"], "service_need_housing": ["housing_costs"],
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "organisation_name": "Haus der Sprachen e.V.", "about": "Wir üben Deutsch.",
    "website": "www.sprachen.example/haus/", "street": "Weg 1", "postal_code": "79100",
    "city": "Musterstadt", "email": "post@sprachen.example", "phone": "+497621415000",
    "address_public": "yes", "contact_name": "Nele Neu", "contact_role": "Leitung",
    "contact_public": "yes", "services": [CAFE, ADVICE], "publish": "OK", "confirm_by": "phone",
}  # fmt: skip


def registered(world: World, **changed: Any) -> Submission:
    return world.submission("provider", language="de", answers=ANSWERS | changed)


def accept(submission: Submission, world: World, by: Actor = SYSTEM, **columns: Any) -> Submission:
    return accept_registration(submission, by=by, at=world.at, **columns)


def hints(submission: Submission) -> list[tuple[str, tuple[str, ...]]]:
    found = registration_of(submission)
    assert found is not None
    return [(each.row.name, each.reasons) for each in known_organizations(found, SYSTEM)]


def test_nothing_is_in_the_directory_before_somebody_accepts(world: World) -> None:
    submission = registered(world)
    assert submission.refresh().state == "received"
    assert not Organization.select().exists()
    assert organization_of(submission) is None


def test_it_waits_in_the_inbox_under_the_organisations_name(world: World) -> None:
    submission = registered(world).refresh()
    assert submission.sender == "Haus der Sprachen e.V."
    assert submission in list(Submission.inbox(world.coordinator().actor))
    assert submission.id in find_all("submissions", name_keys("sprachen haus"))
    assert submission.id in find_all("submissions", phone_keys("07621 415000"))


def test_a_request_for_help_is_no_registration(world: World) -> None:
    submission = world.submission()
    assert registration_of(submission) is None
    assert submission.refresh().sender == "Amal Beispiel"
    with pytest.raises(NoRegistration):
        accept(submission, world)
    assert submission.refresh().state == "received"


def test_accepting_makes_organisation_services_place_and_contact(world: World) -> None:
    submission = accept(registered(world), world)
    row = Organization.get()
    assert submission.refresh().state == "accepted"
    assert organization_of(submission) == row
    assert (row.name, row.description) == ("Haus der Sprachen e.V.", "Wir üben Deutsch.")
    assert row.website == "https://www.sprachen.example/haus/"
    assert (row.email, row.active) == ("post@sprachen.example", True)
    assert [each.number for each in Phone.select()] == ["+497621415000"]
    assert [(c.organization, c.name, c.title) for c in Contact.select()] == [
        (row, "Nele Neu", "Leitung")
    ]
    place = Location.get()
    assert (place.organization, place.confidential) == (row, False)
    assert str(Address.get()) == "Weg 1, 79100 Musterstadt"
    assert {each.service.name for each in ServiceAtLocation.select()} == {
        "Sprachcafé", "Schuldnerberatung",
    }  # fmt: skip


def test_a_service_says_what_the_organisation_said_of_it(world: World) -> None:
    submission = accept(registered(world), world)
    cafe = Service.get(Service.name == "Sprachcafé")
    assert [each.category.code for each in cafe.categories] == ["conversation"]
    assert (cafe.eligibility_description, cafe.fees_description) == ("alle", "kostenlos")
    assert (cafe.capacity_free, cafe.capacity_at) == (0, submission.received_at)
    assert sorted((each.code, each.name) for each in cafe.spokenlanguage_set) == [
        ("ar", "Arabisch"), ("fa-AF", "Dari"),
    ]  # fmt: skip
    assert [each.description for each in Schedule.select()] == ["Montag 9 bis 12 Uhr"]
    advice = Service.get(Service.name == "Schuldnerberatung")
    assert {each.category.code for each in advice.categories} == {"debt", "housing_costs"}
    assert (advice.capacity_free, advice.capacity_at) == (None, None)


def test_what_was_accepted_was_never_checked_until_somebody_confirms_it(world: World) -> None:
    accept(registered(world), world)
    rows = [*Organization.select(), *Service.select()]
    assert [(each.checked_at, each.checked_by) for each in rows] == [(None, "")] * 3
    confirm_entry(rows[0], by=SYSTEM, at=world.at)
    assert Organization.get().checked_at == world.at


def test_an_address_stays_confidential_unless_somebody_said_otherwise(world: World) -> None:
    for answer in ("no", None):
        accept(registered(world, address_public=answer), world)
    assert [each.confidential for each in Location.select()] == [True, True]


def test_a_contact_person_is_named_only_if_they_want(world: World) -> None:
    for answer in ("no", None):
        accept(registered(world, contact_public=answer), world)
    assert not Contact.select().exists()


def test_without_consent_the_entry_is_not_in_use(world: World) -> None:
    accept(registered(world, publish=None), world)
    assert not Organization.get().active
    assert {each.status for each in Service.select()} == {"inactive"}
    assert not Service.offered().exists()


def test_who_takes_the_registration_back_is_listed_no_more(world: World) -> None:
    other = world.service()
    submission = accept(registered(world), world)
    withdraw_submission(submission, by=SYSTEM, at=world.at)
    assert [each.name for each in Service.offered()] == [other.name]
    assert not organization_of(submission).active


def test_services_can_be_left_out(world: World) -> None:
    accept(registered(world), world, rows=["r2"])
    assert [each.name for each in Service.select()] == ["Schuldnerberatung"]


def test_an_organisation_without_services_is_an_entry_too(world: World) -> None:
    submission = accept(registered(world, services=[]), world)
    assert organization_of(submission) == Organization.get()
    assert not Service.select().exists()


class TestIntoAKnownOrganisation:
    def test_its_services_go_there_and_nothing_comes_twice(self, world: World) -> None:
        first = accept(registered(world), world)
        known = organization_of(first)
        again = registered(world, services=[CAFE | {"service_name": "Abendcafé"}])
        accept(again, world, into=known)
        assert organization_of(again) == known
        assert Organization.select().count() == 1
        assert {each.name for each in known.services} == {
            "Sprachcafé", "Schuldnerberatung", "Abendcafé",
        }  # fmt: skip
        counts = [model.select().count() for model in (Location, Address, Phone, Contact)]
        assert counts == [1, 1, 1, 1]

    def test_another_address_is_another_place(self, world: World) -> None:
        known = organization_of(accept(registered(world), world))
        accept(registered(world, street="Gasse 2"), world, into=known)
        assert sorted(each.address_1 for each in Address.select()) == ["Gasse 2", "Weg 1"]

    def test_without_services_there_is_nothing_to_add(self, world: World) -> None:
        submission = registered(world)
        with pytest.raises(NothingToAdd):
            accept(submission, world, into=world.organization(), rows=[])
        assert submission.refresh().state == "received"
        assert not Phone.select().exists()

    def test_taking_it_back_leaves_the_organisation_and_its_other_services(
        self, world: World
    ) -> None:
        known = world.organization()
        other = world.service(known)
        submission = accept(registered(world), world, into=known)
        withdraw_submission(submission, by=SYSTEM, at=world.at)
        assert known.refresh().active
        assert [each.name for each in Service.offered()] == [other.name]


class TestHints:
    def test_an_organisation_is_known_by_name_page_phone_or_mail(self, world: World) -> None:
        world.organization("haus der SPRACHEN")
        world.organization("A", website="http://sprachen.example/haus")
        world.organization("B", email="Post@Sprachen.example")
        phoned = world.organization("C")
        world.organization("D", website="https://sprachen.example/anderes")
        world.organization("Haus der Kulturen")
        Phone.create(service=world.service(phoned), number="(07621) 415-000")
        assert hints(registered(world)) == [
            ("A", ("website",)), ("B", ("email",)), ("C", ("phone",)),
            ("haus der SPRACHEN", ("name",)),
        ]  # fmt: skip

    def test_the_likeliest_comes_first(self, world: World) -> None:
        world.organization("A", email=ANSWERS["email"])
        world.organization("Haus der Sprachen gGmbH", email=ANSWERS["email"])
        assert hints(registered(world))[0] == ("Haus der Sprachen gGmbH", ("name", "email"))

    def test_what_is_empty_is_not_the_same(self, world: World) -> None:
        world.organization("A")
        empty = {"website": None, "phone": None, "email": None}
        assert hints(registered(world, **empty)) == []

    def test_a_name_of_nothing_but_legal_forms_equals_only_itself(self, world: World) -> None:
        world.organization("AG")
        assert hints(registered(world, organisation_name="UG")) == []
        assert hints(registered(world, organisation_name="ag"))[0][0] == "AG"


class TestBadInput:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("sprachen.example", "https://sprachen.example"),
            ("http://sprachen.example", "http://sprachen.example"),
            ("javascript:alert(1)", ""),
            ("javascript://sprachen.example/%0aalert(1)", ""),
            ("data:text/html,x", ""),
            ('https://x.example/"onclick="x', ""),
            ("nothing yet", ""),
        ],
    )
    def test_a_web_page_is_one_that_a_browser_opens_as_a_page(
        self, world: World, typed: str, kept: str
    ) -> None:
        found = registration_of(registered(world, website=typed))
        assert found is not None
        assert found.website == kept

    def test_texts_fit_their_columns(self, world: World) -> None:
        accept(
            registered(
                world, organisation_name="x" * 4000, phone="1" * 900, street="y" * 4000,
                postal_code="z" * 4000, contact_role="r" * 4000, website="w.example/" + "w" * 4000,
            ),
            world,
        )  # fmt: skip
        row = Organization.get()
        assert (len(row.name), len(row.website)) == (300, 1000)
        assert (len(Phone.get().number), len(Contact.get().title)) == (60, 200)
        assert (len(Address.get().address_1), len(Address.get().postal_code)) == (500, 20)

    @pytest.mark.parametrize(
        ("typed", "free"), [("7", 7), ("٧", 7), ("-1", None), ("2.5", None), ("9" * 30, 9999)]
    )
    def test_free_places_are_a_number_or_not_known(
        self, world: World, typed: str, free: int | None
    ) -> None:
        accept(registered(world, services=[CAFE | {"service_free": typed}]), world)
        assert Service.get().capacity_free == free

    def test_answers_of_another_shape_count_as_nothing(self, world: World) -> None:
        found = registration_of(registered(world, about=["a"], services=[{"_row": "r1"}]))
        assert found is not None
        assert (found.description, found.services) == ("", ())

    def test_a_name_is_what_makes_a_registration(self, world: World) -> None:
        assert registration_of(registered(world, organisation_name="")) is None


class TestRefusals:
    def test_a_registration_is_accepted_once(self, world: World) -> None:
        submission = accept(registered(world), world)
        with pytest.raises(InvalidTransition):
            accept(submission, world)
        assert Organization.select().count() == 1

    def test_a_declined_one_is_not_accepted(self, world: World) -> None:
        submission = registered(world)
        decline_submission(submission, "spam", by=SYSTEM, at=world.at)
        with pytest.raises(InvalidTransition):
            accept(submission, world)

    def test_when_something_fails_nothing_is_left(self, world: World) -> None:
        odd = CAFE | {"service_need_language": ["no_such_need"]}
        submission = registered(world, services=[ADVICE, odd])
        with pytest.raises(NotFound):
            accept(submission, world)
        assert submission.refresh().state == "received"
        for model in (Organization, Service, Location, Phone, Contact):
            assert not model.select().exists()

    @pytest.mark.parametrize("role", [each for each in Role if each is not Role.COORDINATOR])
    def test_only_the_coordinator_accepts(self, world: World, role: Role) -> None:
        submission = registered(world)
        with pytest.raises(Forbidden):
            accept(submission, world, by=Actor("staff", role=role))
        assert not Organization.select().exists()

    def test_accepting_is_recorded_without_what_was_said(self, world: World) -> None:
        submission = accept(registered(world), world, by=world.coordinator().actor)
        entry = AuditEntry.get(AuditEntry.event == "submission:registered")
        assert entry.subject_id == submission.id
        assert "Sprachen" not in str(entry.details)
