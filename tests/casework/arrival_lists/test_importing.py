import pytest

from casework.arrival_lists.importing import (
    ArrivalDraft,
    ArrivalList,
    ElsewhereEmployed,
    NobodyToImport,
    Undecided,
    change_draft,
    discard_old_drafts,
    import_draft,
    import_list,
    keep_draft,
)
from casework.arrival_lists.importing import (
    plan_of as plan_of_draft,
)
from casework.arrival_lists.plans import first_choices
from casework.cases import Case, move_case
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.db import database, transaction
from casework.core.refusals import Forbidden, NotFound, StaleEdit
from casework.people import Household, Person
from casework.sites import Arrival, announce_arrival
from tests.casework.arrival_lists.lists import FAMILY, SINGLE, plan_of, sheet_of


def counts():
    return [model.select().count() for model in (Household, Person, Case, ArrivalList)]


def test_a_list_becomes_households_people_and_cases_at_the_chosen_place(world):
    site, caritas = world.site("Lindenweg"), world.organization()
    manager = world.manager(caritas)
    done = import_list(
        plan_of(sheet_of(*FAMILY, SINGLE), world.at, site=str(site.id),
                organization=str(caritas.id), assigned_to=str(manager.id)),
        by=SYSTEM, at=world.at,
    )  # fmt: skip
    assert (done.people, done.households, done.cases, done.known) == (3, 2, 2, 0)
    case = Case.select().join(Household).where(Case.language == "ar").get()
    assert (case.site, case.organization, case.assigned_to) == (site, caritas, manager)
    amal, sami = case.household.people.order_by(Person.created_at, Person.id)
    assert (amal.name, amal.is_contact, amal.role_at_home) == ("Amal Beispiel", True, "self")
    assert (sami.nationality, sami.role_at_home, sami.is_contact) == ("SY", "child", False)
    assert Person.named(manager.actor, "Amal Beispiel").get() == amal
    assert case.household.housing == "flat"


def test_the_same_list_twice_changes_nothing(world):
    sheet = sheet_of(*FAMILY, SINGLE)
    first = import_list(plan_of(sheet, world.at), by=SYSTEM, at=world.at)
    before = counts()
    assert import_list(plan_of(sheet, world.at), by=SYSTEM, at=world.at) == first
    assert counts() == before
    assert AuditEntry.select().where(AuditEntry.event == "arrival_list:imported").count() == 1


def test_a_longer_list_takes_in_only_who_is_new(world):
    import_list(plan_of(sheet_of(*FAMILY), world.at), by=SYSTEM, at=world.at)
    done = import_list(plan_of(sheet_of(*FAMILY, SINGLE), world.at), by=SYSTEM, at=world.at)
    assert (done.people, done.known, done.cases) == (1, 2, 1)
    assert counts() == [2, 3, 2, 2]


def test_a_known_household_moves_in_with_its_case_and_gets_who_is_new(world):
    old, new = world.site("Hafenstraße"), world.site("Lindenweg")
    household = world.household(site=old)
    case = world.case(household=household, birth_date="1990-05-17")
    import_list(plan_of(sheet_of(*FAMILY), world.at, site=str(new.id)), by=SYSTEM, at=world.at)
    assert household.refresh().site == new
    assert case.refresh().site == new
    assert Case.select().count() == 1
    assert sorted(p.given_name for p in household.people) == ["Amal", "Sami"]
    assert sum(p.is_contact for p in household.people) == 1


def test_a_known_household_without_a_live_case_gets_one(world):
    case = world.case(birth_date="1990-05-17")
    move_case(case, "closed", reason="moved_away", by=SYSTEM, at=world.at)
    done = import_list(plan_of(sheet_of(FAMILY[0]), world.at), by=SYSTEM, at=world.at)
    assert (done.known, done.cases, done.households) == (1, 1, 0)


def test_rows_nobody_decided_about_stop_the_whole_list(world):
    sheet = sheet_of(*FAMILY, "Muster;Olena;31.02.1990;;;;")
    with pytest.raises(Undecided, match="row 4"):
        import_list(plan_of(sheet, world.at), by=SYSTEM, at=world.at)
    assert counts() == [0, 0, 0, 0]


def test_a_list_of_nobody_is_refused(world):
    plan = plan_of(sheet_of(SINGLE), world.at, rows={"2": "out"})
    with pytest.raises(NobodyToImport):
        import_list(plan, by=SYSTEM, at=world.at)


def test_what_goes_wrong_half_way_leaves_nothing(world, monkeypatch):
    real = Case.create
    made = []

    def fails_at_the_second(**columns):
        if made:
            raise RuntimeError("the disk is full")
        made.append(real(**columns))
        return made[0]

    monkeypatch.setattr(Case, "create", fails_at_the_second)
    with pytest.raises(RuntimeError):
        import_list(plan_of(sheet_of(*FAMILY, SINGLE), world.at), by=SYSTEM, at=world.at)
    assert counts() == [0, 0, 0, 0]


def test_somebody_of_another_organisation_is_no_choice(world):
    other = world.manager()
    plan = plan_of(
        sheet_of(SINGLE), world.at, organization=str(world.organization().id),
        assigned_to=str(other.id),
    )  # fmt: skip
    with pytest.raises(ElsewhereEmployed):
        import_list(plan, by=SYSTEM, at=world.at)
    assert counts() == [0, 0, 0, 0]


@pytest.mark.parametrize("gone", ["nonsense", "01930000-0000-7000-8000-000000000000"])
def test_a_choice_that_is_gone_is_refused(world, gone):
    with pytest.raises(NotFound):
        import_list(plan_of(sheet_of(SINGLE), world.at, organization=gone), by=SYSTEM, at=world.at)


def test_an_integration_manager_takes_no_list_in(world):
    actor = world.manager().actor
    with pytest.raises(Forbidden):
        import_list(plan_of(sheet_of(SINGLE), world.at), by=actor, at=world.at)
    with pytest.raises(Forbidden):
        keep_draft(sheet_of(SINGLE), by=actor, at=world.at)
    assert not ArrivalDraft.scope(actor).exists()


def test_an_announced_arrival_has_come_with_its_list(world):
    arrival = announce_arrival(world.site(), 150, by=SYSTEM, at=world.at)
    plan = plan_of(sheet_of(SINGLE), world.at, arrival=str(arrival.id))
    done = import_list(plan, by=SYSTEM, at=world.at)
    assert done.arrival == arrival
    assert Arrival.get().state == "arrived"


def test_a_draft_is_sealed_goes_with_its_import_and_counts_once(world):
    by = world.coordinator().actor
    draft = keep_draft(sheet_of(*FAMILY), by=by, at=world.at)
    stored = database.execute_sql("SELECT content, choices FROM arrival_drafts").fetchone()
    assert b"Amal" not in bytes(stored[0])
    assert plan_of_draft(draft, by, at=world.at).counts["new"] == 2
    with transaction():
        import_draft(draft, revision=0, by=by, at=world.at)
    assert not ArrivalDraft.select().exists()
    with pytest.raises(NotFound):
        import_draft(draft, revision=0, by=by, at=world.at)
    assert counts() == [1, 2, 1, 1]


def test_a_draft_changed_in_another_window_is_not_taken_over_unseen(world):
    by = world.coordinator().actor
    sheet = sheet_of(*FAMILY)
    draft = keep_draft(sheet, by=by, at=world.at)
    change_draft(draft, first_choices(sheet), revision=0, by=by, at=world.at)
    with pytest.raises(StaleEdit):
        import_draft(draft, revision=0, by=by, at=world.at)


def test_nothing_of_a_list_remains_after_a_day(world, clock):
    keep_draft(sheet_of(*FAMILY), by=world.coordinator().actor, at=world.at)
    assert discard_old_drafts(at=clock.forward(hours=23)) == 0
    assert discard_old_drafts(at=clock.forward(hours=2)) == 1
    assert not ArrivalDraft.select().exists()


def test_a_draft_is_seen_by_nobody_but_who_sent_it(world):
    mine, other = world.coordinator().actor, world.coordinator().actor
    keep_draft(sheet_of(SINGLE), by=mine, at=world.at)
    assert ArrivalDraft.scope(mine).count() == 1
    assert ArrivalDraft.scope(other).count() == 0


def test_what_the_audit_trail_says_of_a_list_names_nobody(world):
    import_list(plan_of(sheet_of(*FAMILY, SINGLE), world.at), by=SYSTEM, at=world.at)
    assert not any("Amal" in str(row.details) for row in AuditEntry.select())


def test_five_thousand_people_are_asked_about_in_few_statements(world):
    from tests.databases import statements

    rows = [f"Name{n};Amal;{n % 28 + 1:02}.05.1990;;;;{n // 4}" for n in range(5_000)]
    sheet = sheet_of(*rows)
    with statements() as seen:
        plan = plan_of(sheet, world.at)
    assert plan.counts["households"] == 1_250
    assert len(seen) < 20
