"""Integration plans: begun from a template, written by two, moved step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.cases import Case
from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.db import database, transaction
from casework.core.refusals import Forbidden, InvalidTransition, NotFound, StaleEdit
from casework.insight.balance.models import BalanceCell
from casework.life_areas import LifeArea
from casework.plans.agreements import has_changed, note_agreement
from casework.plans.blockers import Blocker, blocker_of, load_blockers
from casework.plans.models import Goal, Hold, Plan, Step
from casework.plans.steps import BlockerMissing, CancellerMissing, hold_step, move_step, seen_as
from casework.plans.templates import PlanTemplate, load_templates, template_of
from casework.plans.whole import WholePlan
from casework.plans.writing import (
    MOST_GOALS,
    DayRefused,
    Doer,
    DoerRefused,
    PlanEnded,
    PlanExists,
    TextMissing,
    TooMuch,
    add_goal,
    add_step,
    begin_plan,
    change_goal,
    change_step,
    end_plan,
    move_goal,
)
from casework.supporters import spans


@pytest.fixture
def plan(world) -> Plan:
    return world.plan()


@pytest.fixture
def step(plan) -> Step:
    return Step.select().where(Step.case == plan.case).order_by(Step.id).first()


def _words(row, **given):
    """What `change_goal` takes, as the row says it now."""
    said = {"text": row.text("de")[0], "language": "de", "wish": "", "wish_language": "",
            "baseline": "", "target": "", "revision": row.revision}  # fmt: skip
    return said | given


def test_a_template_becomes_a_plan_with_goals_steps_and_days(world):
    manager = world.manager()
    plan = world.plan(world.case(manager.organization, assigned_to=manager))
    whole = WholePlan(plan)
    template = template_of("new_alone")
    assert [goal.text("de")[0] for goal in sorted(whole.goals, key=lambda g: g.position)] == [
        each["texts"]["de"] for each in template.content
    ]
    assert len(whole.steps) == sum(len(each["steps"]) for each in template.content)
    ours = [step for step in whole.steps if step.doer == "staff"]
    assert ours
    assert {step.staff for step in ours} == {manager}
    assert all(step.due_on > world.at.date() for step in whole.steps)
    assert plan.review_on == world.at.date() + timedelta(days=90)


@pytest.mark.parametrize("code", [
    "new_alone", "family_school", "work", "moved", "young_adult", "health",
])  # fmt: skip
def test_every_template_of_the_start_can_be_begun(world, code):
    assert len(WholePlan(world.plan(template=code)).steps) >= 5


def test_a_person_and_the_household_have_one_plan_each(world, plan):
    case = plan.case
    person = case.household.people.get()
    begin_plan(case, person=person, by=SYSTEM, at=world.at)
    for whose in (None, person):
        with pytest.raises(PlanExists):
            begin_plan(case, person=whose, by=SYSTEM, at=world.at)
    end_plan(plan, by=SYSTEM, at=world.at)
    assert begin_plan(case, by=SYSTEM, at=world.at).person is None


def test_a_plan_for_somebody_of_another_household_is_refused(world):
    with pytest.raises(NotFound):
        begin_plan(world.case(), person=world.person(), by=SYSTEM, at=world.at)
    assert not Plan.select().exists()


@pytest.mark.parametrize("days", [-2000, 2000])
def test_a_day_that_nobody_can_mean_is_refused(world, plan, days):
    day = world.at.date() + timedelta(days=days)
    goal = WholePlan(plan).goals[0]
    with pytest.raises(DayRefused):
        add_step(goal, "x", language="de", doer=Doer(), due_on=day, by=SYSTEM, at=world.at)
    with pytest.raises(DayRefused):
        begin_plan(world.case(), review_on=day, by=SYSTEM, at=world.at)


def test_what_a_plan_says_is_sealed(world, plan):
    area = LifeArea.get(LifeArea.code == "work")
    goal = add_goal(plan, area, "Geheimziel", language="de", wish="Geheimwunsch",
                    wish_language="ar", baseline="Geheimstand", target="Geheimmass",
                    by=SYSTEM, at=world.at)  # fmt: skip
    doer = Doer("volunteer", name="Geheimname")
    add_step(goal, "Geheimschritt", language="de", doer=doer, by=SYSTEM, at=world.at)
    stored = "".join(
        repr([bytes(v) if isinstance(v, memoryview) else v for v in row])
        for table in ("goals", "steps")
        for row in database.execute_sql(f'SELECT * FROM "{table}"').fetchall()
    )
    assert "Geheim" not in stored
    again = goal.refresh()
    assert (again.wish, again.wish_language, again.target) == ("Geheimwunsch", "ar", "Geheimmass")


@pytest.mark.parametrize("text", ["", "  \n ", "\x00"])
def test_a_goal_or_step_without_words_is_refused(world, plan, text):
    area = LifeArea.get(LifeArea.code == "work")
    with pytest.raises(TextMissing):
        add_goal(plan, area, text, language="de", by=SYSTEM, at=world.at)
    goal = WholePlan(plan).goals[0]
    with pytest.raises(TextMissing):
        add_step(goal, text, language="de", doer=Doer(), by=SYSTEM, at=world.at)


def test_a_step_of_nobody_known_is_refused(world, plan):
    goal = WholePlan(plan).goals[0]
    with pytest.raises(DoerRefused):
        add_step(goal, "x", language="de", doer=Doer("police"), by=SYSTEM, at=world.at)


def test_a_service_brings_its_organisation_and_other_names_are_left_out(world, plan):
    service = world.service(name="Kurs")
    doer = Doer("provider", service=service, name="x", staff=world.coordinator())
    step = add_step(WholePlan(plan).goals[0], "x", language="de", doer=doer, by=SYSTEM, at=world.at)
    assert (step.organization, step.staff, step.name) == (service.organization, None, None)
    assert step.doer_name == f"Kurs, {service.organization.name}"


def test_of_two_editors_of_a_goal_the_second_is_told(world, plan):
    goal = WholePlan(plan).goals[0]
    other = Goal.get_by_id(goal.id)
    change_goal(goal, **_words(goal, wish="first"), by=SYSTEM, at=world.at)
    with pytest.raises(StaleEdit):
        change_goal(other, **_words(other, wish="second"), by=SYSTEM, at=world.at)
    assert goal.refresh().wish == "first"


def test_of_two_editors_of_a_step_the_second_is_told(world, step):
    other = Step.get_by_id(step.id)
    given = {"language": "de", "doer": Doer(), "due_on": None, "revision": 0,
             "by": SYSTEM, "at": world.at}  # fmt: skip
    change_step(step, text="first", **given)
    with pytest.raises(StaleEdit):
        change_step(other, text="second", **given)
    assert step.refresh().text("de") == ("first", "de")


def test_of_two_who_hold_a_step_that_waits_already_the_second_is_told(world, step):
    blockers = list(Blocker.select().order_by(Blocker.position).limit(3))
    who = {"by": SYSTEM, "at": world.at}
    hold_step(step, blockers[0], "provider", **who)
    seen = seen_as(step, Hold.get(Hold.ended_at.is_null()))
    hold_step(step, blockers[1], "us", seen=seen, **who)
    with pytest.raises(StaleEdit):
        hold_step(Step.get_by_id(step.id), blockers[2], "person", seen=seen, **who)
    assert Hold.get(Hold.ended_at.is_null()).blocker == blockers[1]
    assert seen_as(step, None) == "on_hold"


def test_of_two_who_settle_a_goal_the_second_is_told(world, plan):
    goal = WholePlan(plan).goals[0]
    move_goal(Goal.get_by_id(goal.id), "reached", seen="open", by=SYSTEM, at=world.at)
    with pytest.raises(StaleEdit):
        move_goal(Goal.get_by_id(goal.id), "dropped", seen="open", by=SYSTEM, at=world.at)
    assert goal.refresh().state == "reached"


def test_two_goals_are_added_at_once_without_anybody_being_told_off(world, plan):
    area = LifeArea.get(LifeArea.code == "work")
    before = Goal.select().count()
    for text in ("one", "two"):
        add_goal(Plan.get_by_id(plan.id), area, text, language="en", by=SYSTEM, at=world.at)
    assert Goal.select().count() == before + 2


def test_other_words_drop_the_translations_of_the_words_before(world, plan):
    goal = WholePlan(plan).goals[0]
    change_goal(goal, **_words(goal, wish="only a wish"), by=SYSTEM, at=world.at)
    assert {"de", "en"} <= set(goal.refresh().texts)
    change_goal(goal, **_words(goal, text="Anders"), by=SYSTEM, at=world.at)
    assert goal.refresh().texts == {"de": "Anders"}


def test_a_goal_moves_to_another_life_area_and_keeps_what_it_was(world, plan):
    goal = WholePlan(plan).goals[0]
    before, area = goal.life_area, world.area("work")
    agreement = note_agreement(plan, "paper", "de", by=SYSTEM, at=world.at)
    change_goal(goal, **_words(goal, area=area), by=SYSTEM, at=world.at)
    assert goal.refresh().life_area == area
    [was] = goal.earlier_areas
    assert (was.life_area, was.until, was.noted_by) == (before, world.at, "system")
    assert has_changed(agreement, WholePlan(plan)), "they agreed to another plan"
    change_goal(goal, **_words(goal, area=area), by=SYSTEM, at=world.at)
    assert goal.earlier_areas.count() == 1, "the same area is no change"
    change_goal(goal, **_words(goal, area=before), by=SYSTEM, at=world.at)
    assert not has_changed(agreement, WholePlan(plan)), "back as it was agreed"


def test_of_two_who_move_a_goal_the_second_is_told_and_the_record_stays_true(world, plan):
    goal = WholePlan(plan).goals[0]
    other = Goal.get_by_id(goal.id)
    change_goal(goal, **_words(goal, area=world.area("work")), by=SYSTEM, at=world.at)
    with pytest.raises(StaleEdit):
        change_goal(other, **_words(other, area=world.area("health")), by=SYSTEM, at=world.at)
    assert goal.refresh().life_area == world.area("work")
    assert goal.earlier_areas.count() == 1


def test_with_a_goal_its_support_moves_to_the_other_area(world):
    """The balance counts who helps in an area, so it follows at once."""
    case = world.case()
    plan = world.plan(case, template="")
    work, money = world.area("work"), world.area("money")
    goal = add_goal(plan, work, "x", language="de", by=SYSTEM, at=world.at)
    add_step(goal, "x", language="de", doer=Doer("staff", staff=world.coordinator()),
             by=SYSTEM, at=world.at)  # fmt: skip
    assert {each.area for each in spans([case.__data__["household"]])} == {work.id}
    change_goal(goal, **_words(goal, area=money), by=SYSTEM, at=world.at)
    assert {each.area for each in spans([case.__data__["household"]])} == {money.id}
    assert {cell.life_area.code for cell in BalanceCell.select()} == {"money"}


def test_a_plan_has_an_end_to_its_length(world):
    plan = world.plan(template="")
    area = LifeArea.get(LifeArea.code == "work")
    for number in range(MOST_GOALS):
        add_goal(plan, area, str(number), language="de", by=SYSTEM, at=world.at)
    with pytest.raises(TooMuch):
        add_goal(plan, area, "one more", language="de", by=SYSTEM, at=world.at)


def test_a_plan_that_has_ended_stays_as_it_is(world, plan, step):
    end_plan(plan, by=SYSTEM, at=world.at)
    goal = Goal.get_by_id(WholePlan(plan).goals[0].id)
    step = Step.get_by_id(step.id)
    area = LifeArea.get(LifeArea.code == "work")
    who = {"by": SYSTEM, "at": world.at}
    tries = [
        lambda: add_goal(plan, area, "x", language="de", **who),
        lambda: change_goal(goal, **_words(goal, text="x"), **who),
        lambda: move_goal(goal, "reached", **who),
        lambda: add_step(goal, "x", language="de", doer=Doer(), **who),
        lambda: move_step(step, "done", **who),
        lambda: hold_step(step, blocker_of("no_place"), "system", **who),
    ]
    for each in tries:
        with pytest.raises(PlanEnded):
            each()


def test_a_step_on_hold_says_for_what_since_when_and_whose_turn(world, clock, step):
    move_step(step, "in_progress", by=SYSTEM, at=world.at)
    held = clock.forward(days=3)
    hold_step(step, blocker_of("no_place"), "system", by=SYSTEM, at=held)
    hold = Hold.get()
    assert (hold.blocker.code, hold.turn, hold.since, hold.ended_at) == (
        "no_place", "system", held, None,
    )  # fmt: skip
    moved = clock.forward(days=10)
    hold_step(step, blocker_of("document"), "person", by=SYSTEM, at=moved)
    first, second = Hold.select().order_by(Hold.since)
    assert (first.ended_at, second.since, second.ended_at) == (moved, moved, None)
    assert step.refresh().state_since == held, "the step waits as long as before"
    done = clock.forward(days=1)
    move_step(step, "done", by=SYSTEM, at=done)
    assert second.refresh().ended_at == done


@pytest.mark.parametrize("turn", ["", "nobody"])
def test_a_hold_without_a_turn_is_refused(world, step, turn):
    with pytest.raises(BlockerMissing):
        hold_step(step, blocker_of("no_place"), turn, by=SYSTEM, at=world.at)
    with pytest.raises(BlockerMissing):
        hold_step(step, None, "us", by=SYSTEM, at=world.at)
    with pytest.raises(BlockerMissing):
        move_step(step, "on_hold", by=SYSTEM, at=world.at)
    assert (step.refresh().state, Hold.select().count()) == ("planned", 0)


def test_a_step_is_cancelled_by_somebody(world, step):
    with pytest.raises(CancellerMissing):
        move_step(step, "cancelled", by=SYSTEM, at=world.at)
    move_step(step, "cancelled", cancelled_by="provider", by=SYSTEM, at=world.at)
    assert step.refresh().cancelled_by == "provider"
    move_step(step, "planned", by=SYSTEM, at=world.at)
    assert step.refresh().cancelled_by == ""


def test_a_button_of_an_old_page_changes_nothing(world, step):
    other = Step.get_by_id(step.id)
    move_step(step, "done", seen="planned", by=SYSTEM, at=world.at)
    with pytest.raises(InvalidTransition):
        move_step(other, "missed", seen="planned", by=SYSTEM, at=world.at)
    with pytest.raises(StaleEdit):
        move_step(Step.get_by_id(step.id), "in_progress", seen="planned", by=SYSTEM, at=world.at)
    assert step.refresh().state == "done"


def test_each_move_stands_in_the_trail_with_its_states_and_no_word(world, step):
    move_step(step, "in_progress", by=SYSTEM, at=world.at)
    row = AuditEntry.get(AuditEntry.event == "step:moved")
    assert row.details == {"from": "planned", "to": "in_progress"}
    assert row.case_id == step.case.id


@pytest.mark.parametrize("role", [
    Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR,
])  # fmt: skip
def test_who_works_on_no_case_writes_no_plan(world, step, role):
    actor = world.staff(role).actor
    with pytest.raises(Forbidden):
        move_step(step, "done", by=actor, at=world.at)
    with pytest.raises(Forbidden):
        begin_plan(world.case(), by=actor, at=world.at)


def test_plans_are_seen_by_who_sees_the_case(world):
    mine, other = world.organization(), world.organization()
    plan = world.plan(world.case(mine))
    world.plan(world.case(other))
    world.plan(world.case())
    actor: Actor = world.manager(mine).actor
    for model in (Plan, Goal, Step):
        assert {row.__data__["case"] for row in model.scope(actor)} == {plan.case.id}


def test_overdue_steps_and_due_plans_are_found(world, clock, plan):
    actor = world.coordinator().actor
    assert not Step.overdue(actor, world.at.date()).exists()
    assert not Plan.due(actor, world.at.date()).exists()
    clock.forward(days=200)
    late = Step.overdue(actor, world.at.date())
    assert late.count() == len(WholePlan(plan).steps)
    move_step(late.first(), "obsolete", by=SYSTEM, at=world.at)
    assert Step.overdue(actor, world.at.date()).count() == len(WholePlan(plan).steps) - 1
    assert list(Plan.due(actor, world.at.date())) == [plan]
    end_plan(plan, by=SYSTEM, at=world.at)
    assert not Plan.due(actor, world.at.date()).exists()


def test_a_plan_goes_with_its_case(world, plan, step):
    hold_step(step, blocker_of("no_place"), "system", by=SYSTEM, at=world.at)
    with transaction():
        Case.delete().where(Case.id == plan.case.id).execute()
    assert [m.select().count() for m in (Plan, Goal, Step, Hold)] == [0, 0, 0, 0]


def test_a_whole_plan_takes_few_statements_whatever_its_length(world, plan):
    from tests.databases import statements

    with statements() as seen:
        whole = WholePlan(Plan.get_by_id(plan.id))
        assert whole.areas
        assert [step.doer_name for step in whole.steps]
        assert whole.holds == {}
    assert len(seen) <= 9, seen


def test_what_stands_in_a_plan_leaves_out_what_is_gone(world, plan):
    whole = WholePlan(plan)
    goal, steps = whole.standing[0]
    move_step(steps[0], "obsolete", by=SYSTEM, at=world.at)
    move_goal(whole.standing[1][0], "dropped", by=SYSTEM, at=world.at)
    again = WholePlan(plan)
    assert len(again.standing) == len(whole.goals) - 1
    assert steps[0] not in dict(again.standing)[goal]
    assert [part.goal for part in again.dropped] == [whole.goals[1]]


def test_the_lists_of_the_start_are_loaded_once_and_kept_as_they_were_changed(db, world):
    with transaction():
        Blocker.update(labels={"de": "Anders"}).where(Blocker.code == "no_place").execute()
    count = Blocker.select().count()
    content = [{"code": "no_place", "turn": "us", "labels": {"de": "x"}},
               {"code": "new", "turn": "us", "labels": {"de": "Neu"}}]  # fmt: skip
    load_blockers(content, by=SYSTEM, at=world.at)
    assert Blocker.select().count() == count + 1
    assert blocker_of("no_place").label("de") == "Anders"


def test_a_list_that_names_nobody_is_refused_whole(db, world):
    with pytest.raises(ValueError, match="police"):
        load_blockers([{"code": "new", "turn": "police", "labels": {}}], by=SYSTEM, at=world.at)
    goals = [{"area": "work", "goal": "g", "steps": [["s", "police", 1]]}]
    content = {"texts": {"g": {}, "s": {}},
               "templates": [{"code": "new", "labels": {}, "goals": goals}]}  # fmt: skip
    with pytest.raises(ValueError, match="police"):
        load_templates(content, by=SYSTEM, at=world.at)
    assert not PlanTemplate.select().where(PlanTemplate.code == "new").exists()
    for unknown in (blocker_of, template_of):
        with pytest.raises(NotFound):
            unknown("new")
