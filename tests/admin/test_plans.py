"""The page of a plan: begun in one step, changed in place, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.cases import Case, case_of
from casework.core.access import SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.plans.agreements import PlanAgreement, answer_agreement, frozen, version_of
from casework.plans.blockers import blocker_of
from casework.plans.models import Goal, Hold, Plan, Step
from casework.plans.reviews import GoalProgress, PlanReview
from casework.plans.steps import hold_step, move_step
from casework.plans.templates import template_of
from casework.plans.whole import WholePlan
from casework.plans.writing import add_goal, end_plan
from tests.admin.pressing import desk_of, send, text_of
from tests.databases import statements
from tests.world import World


@pytest.fixture
def desk(app, world: World):
    return desk_of(app, world.coordinator())


@pytest.fixture
def plan(world: World) -> Plan:
    return world.plan()


@pytest.fixture
def step(plan: Plan) -> Step:
    return WholePlan(plan).steps[0]


def _at(plan: Plan, *parts: Any) -> str:
    return "/".join(["/admin/case", str(plan.__data__["case"]), *map(str, parts)])


def _step_fields(step: Step, **given: Any) -> dict[str, Any]:
    said = {"text": step.text("en")[0], "doer": step.doer, "name": step.doer_name,
            "due_on": "2026-12-24", "revision": step.revision} | given  # fmt: skip
    return {f"step-{step.id.hex}-{name}": value for name, value in said.items()}


def test_a_plan_comes_from_a_template_in_one_step(desk, world: World) -> None:
    case = world.case()
    page = text_of(desk.get(f"/admin/case/{case.id}/plan"))
    assert "Family with school children" in page
    fields = {"begin-template": "family_school", "begin-person": "",
              "begin-review_on": "2027-01-15"}  # fmt: skip
    response = send(desk, f"/admin/case/{case.id}/plan", fields)
    assert response.status_code == 303
    plan = Plan.get()
    assert (plan.review_on, plan.person) == (date(2027, 1, 15), None)
    page = text_of(desk.get(response.location))
    for text in ("The children go to school", "Kita", "Language"):
        assert text in page
    assert "Integration plan begun" in text_of(desk.get(f"/admin/case/{case.id}"))


def test_the_case_page_shows_the_plan_in_short(app, world: World, clock, plan) -> None:
    clock.forward(days=40)
    page = text_of(desk_of(app, world.coordinator()).get(_at(plan)))
    section = page[page.index('<section id="plan"') :].partition("</section>")[0]
    for text in ("Plan of the household", "not agreed yet", "open steps", "overdue", "Next:"):
        assert text in section


def test_every_button_of_a_step_does_what_it_says(desk, plan, step) -> None:
    send(desk, _at(plan, "step", step.id, "state"), {"state": "in_progress", "seen": "planned"})
    assert step.refresh().state == "in_progress"
    held = {"state": "on_hold", "blocker": "no_place", "turn": "", "seen": "in_progress"}
    send(desk, _at(plan, "step", step.id, "state"), held)
    hold = Hold.get()
    assert (hold.blocker.code, hold.turn) == ("no_place", "system")
    page = text_of(desk.get(_at(plan, "plan")))
    assert "no free place" in page
    assert "no place free anywhere" in page
    response = send(desk, _at(plan, "step", step.id, "state"),
                    {"state": "cancelled", "by": "provider", "seen": "on_hold"})  # fmt: skip
    assert response.location.endswith(f"#s-{step.id.hex}")
    assert step.refresh().cancelled_by == "provider"


def test_a_button_of_an_old_page_is_told_so(desk, world: World, plan, step) -> None:
    move_step(Step.get_by_id(step.id), "done", by=SYSTEM, at=world.at)
    response = send(desk, _at(plan, "step", step.id, "state"),
                    {"state": "in_progress", "seen": "planned"})  # fmt: skip
    assert response.status_code == 409
    assert "Someone else changed this" in text_of(response)
    assert step.refresh().state == "done"


@pytest.mark.parametrize("fields", [
    {"state": "on_hold"}, {"state": "on_hold", "blocker": "no_such"}, {"state": "cancelled"},
])  # fmt: skip
def test_a_button_without_what_it_needs_says_what_is_missing(desk, plan, step, fields) -> None:
    response = send(desk, _at(plan, "step", step.id, "state"), fields)
    assert response.status_code == 409
    assert 'role="alert"' in text_of(response)
    assert step.refresh().state == "planned"


@pytest.mark.parametrize("fields", [
    {"state": "nonsense"}, {}, {"state": "cancelled", "by": "police"},
])  # fmt: skip
def test_a_state_that_no_page_offers_is_not_found(desk, plan, step, fields) -> None:
    assert send(desk, _at(plan, "step", step.id, "state"), fields).status_code == 404
    assert step.refresh().state == "planned"


def test_a_step_is_added_with_a_service_from_the_list(desk, world: World, plan) -> None:
    service = world.service(world.organization("Haus, e. V."), "Kurs, abends")
    goal = WholePlan(plan).goals[0]
    new = f"new-{goal.id.hex}-"
    fields = {f"{new}text": "Kurs besuchen", f"{new}doer": "provider", f"{new}due_on": "",
              f"{new}name": "Kurs, abends, Haus, e. V."}  # fmt: skip
    response = send(desk, _at(plan, "goal", goal.id, "step"), fields)
    step = Step.select().order_by(Step.id.desc()).first()
    assert response.location.endswith(f"#s-{step.id.hex}")
    assert (step.service, step.organization) == (service, service.organization)
    assert step.due_on is None


@pytest.mark.parametrize(("fields", "said"), [
    ({"text": ""}, "This field is required"),
    ({"doer": "provider", "name": "Nobody e. V."}, "Nobody of this kind has this name"),
    ({"doer": "staff", "name": "Nobody"}, "Nobody of this kind has this name"),
    ({"doer": "police"}, "Please choose one of the entries"),
    ({"due_on": "31.02.2027"}, "valid date"),
    ({"due_on": "2199-01-01"}, "within four years"),
])  # fmt: skip
def test_a_wrong_step_comes_back_with_what_was_typed(desk, plan, step, fields, said) -> None:
    response = send(desk, _at(plan, "step", step.id),
                    _step_fields(step, **({"text": "Getippt"} | fields)))  # fmt: skip
    page = text_of(response)
    assert response.status_code == 422
    assert 'role="alert"' in page
    if said != "This field is required" and said != "valid date":
        assert said in page
    for value in ({"text": "Getippt"} | fields).values():
        assert value in page or value in ("", "police")
    assert step.refresh().revision == 0


def test_the_second_editor_of_a_step_is_told_and_loses_nothing(desk, plan, step) -> None:
    old = _step_fields(step, text="Zweite Fassung")
    send(desk, _at(plan, "step", step.id), _step_fields(step, text="Erste Fassung"))
    response = send(desk, _at(plan, "step", step.id), old)
    page = text_of(response)
    assert response.status_code == 422
    assert "Someone else changed this" in page
    assert "Erste Fassung" in page
    assert 'value="Zweite Fassung"' in page
    again = step.refresh()
    assert again.text("en")[0] == "Erste Fassung"
    send(desk, _at(plan, "step", step.id), old | _step_fields(again, text="Zweite Fassung"))
    assert step.refresh().text("en")[0] == "Zweite Fassung"


def test_a_button_on_an_old_page_is_told_what_was_done_since(desk, plan, step) -> None:
    goal = step.goal
    assert send(desk, _at(plan, "goal", goal.id, "state"), {"state": "reached", "seen": "open"}
                ).status_code == 303  # fmt: skip
    late = send(desk, _at(plan, "goal", goal.id, "state"), {"state": "dropped", "seen": "open"})
    assert late.status_code == 409
    assert "Someone else changed this" in text_of(late)
    assert goal.refresh().state == "reached"


def test_a_goal_keeps_the_persons_own_words_in_their_language(desk, plan) -> None:
    fields = {"goal-area": "work", "goal-text": "Find work as a nurse",
              "goal-wish": "می‌خواهم کار کنم", "goal-wish_language": "fa-AF",
              "goal-baseline": "No papers", "goal-target": "A contract"}  # fmt: skip
    response = send(desk, _at(plan, "plan", plan.id, "goal"), fields)
    goal = Goal.select().order_by(Goal.id.desc()).first()
    assert response.location.endswith(f"#g-{goal.id.hex}")
    page = text_of(desk.get(_at(plan, "plan")))
    assert 'lang="fa-AF" dir="auto">می‌خواهم کار کنم' in page
    change = {f"goal-{goal.id.hex}-{key.removeprefix('goal-')}": value
              for key, value in fields.items()}  # fmt: skip
    change |= {f"goal-{goal.id.hex}-revision": "7"}
    response = send(desk, _at(plan, "goal", goal.id), change)
    assert response.status_code == 422
    assert "Someone else changed this" in text_of(response)
    change |= {f"goal-{goal.id.hex}-revision": "0", f"goal-{goal.id.hex}-text": "Nurse"}
    assert send(desk, _at(plan, "goal", goal.id), change).status_code == 303
    assert goal.refresh().texts == {"en": "Nurse"}


def test_a_goal_without_words_or_area_comes_back(desk, plan) -> None:
    before = Goal.select().count()
    fields = {"goal-area": "no_such", "goal-text": "", "goal-wish": "behalten",
              "goal-wish_language": "ar"}  # fmt: skip
    response = send(desk, _at(plan, "plan", plan.id, "goal"), fields)
    assert response.status_code == 422
    assert "behalten" in text_of(response)
    assert Goal.select().count() == before


def test_a_goal_is_put_into_another_area_and_says_that_it_needs_a_new_agreement(
    desk, world: World, plan
) -> None:
    send(desk, _at(plan, "plan", plan.id, "agreed"),
         {"agreed-channel": "paper", "agreed-language": "ar"})  # fmt: skip
    goal = WholePlan(plan).goals[0]
    before = goal.life_area
    page = text_of(desk.get(_at(plan, "plan")))
    assert "please ask them to agree again" in page
    name = f"goal-{goal.id.hex}-"
    fields = {f"{name}area": "work", f"{name}text": goal.text("en")[0], f"{name}wish": "",
              f"{name}wish_language": "ar", f"{name}revision": "0"}  # fmt: skip
    assert send(desk, _at(plan, "goal", goal.id), fields | {f"{name}area": "x"}).status_code == 422
    response = send(desk, _at(plan, "goal", goal.id), fields)
    assert response.status_code == 303
    page = text_of(desk.get(response.location))
    assert "Please ask them again." in page
    assert "has changed since the person agreed" in page
    assert f"in the area {before.label('en')}" in page
    late = send(desk, _at(plan, "goal", goal.id), fields | {f"{name}area": "health"})
    assert late.status_code == 422
    assert goal.refresh().life_area.code == "work"


def test_a_goal_whose_area_is_out_of_use_keeps_it(desk, plan) -> None:
    goal = WholePlan(plan).goals[0]
    area = goal.life_area
    area.active = False
    area.save()
    page = text_of(desk.get(_at(plan, "plan")))
    assert f'<option selected value="{area.code}">' in page
    name = f"goal-{goal.id.hex}-"
    fields = {f"{name}area": area.code, f"{name}text": "Anders", f"{name}wish": "",
              f"{name}wish_language": "ar", f"{name}revision": "0"}  # fmt: skip
    assert send(desk, _at(plan, "goal", goal.id), fields).status_code == 303
    assert goal.refresh().life_area == area


def test_a_goal_is_dropped_and_opened_again(desk, plan) -> None:
    goal = WholePlan(plan).goals[0]
    for state in ("dropped", "open", "reached"):
        send(desk, _at(plan, "goal", goal.id, "state"), {"state": state})
        assert goal.refresh().state == state
        assert desk.get(_at(plan, "plan")).status_code == 200


def test_a_review_notes_each_goal_and_the_second_reviewer_loses_nothing(desk, plan) -> None:
    one, two = WholePlan(plan).goals[:2]
    fields = {f"progress-{one.id.hex}": "better", f"progress-{two.id.hex}": "",
              "review-next_on": "2027-02-01", "review-remark": "Gutes Gespräch",
              "review-seen": "0"}  # fmt: skip
    assert send(desk, _at(plan, "plan", plan.id, "review"), fields).status_code == 303
    assert [(each.goal, each.progress) for each in GoalProgress.select()] == [(one, "better")]
    assert "Gutes Gespräch" in text_of(desk.get(_at(plan, "plan")))
    response = send(desk, _at(plan, "plan", plan.id, "review"),
                    fields | {"review-remark": "Zweites Gespräch"})  # fmt: skip
    page = text_of(response)
    assert response.status_code == 422
    for text in ("Someone else changed this", "Zweites Gespräch", "Gutes Gespräch"):
        assert text in page
    assert '<option value="better" selected>' in page
    assert PlanReview.select().count() == 1


def test_the_day_of_the_next_review_is_named_once_and_only_while_the_plan_runs(desk, plan) -> None:
    for seen, day in enumerate(("2027-02-01", "2027-05-01")):
        fields = {"review-next_on": day, "review-remark": "", "review-seen": str(seen)}
        send(desk, _at(plan, "plan", plan.id, "review"), fields)
    assert text_of(desk.get(_at(plan, "plan"))).count("next on ") == 1
    Plan.update(ended_at=plan.started_at).where(Plan.id == plan.id).execute()
    page = text_of(desk.get(_at(plan, "plan") + f"?which={plan.id.hex}"))
    assert page.count('<ol class="plain lines" reversed>') == 1
    assert "next on " not in page


@pytest.mark.parametrize("day", ["", "2020-01-01", "31.31.2027", "2199-01-01"])
def test_a_review_without_a_day_to_come_is_refused(desk, plan, day) -> None:
    fields = {"review-next_on": day, "review-remark": "bleibt", "review-seen": "0"}
    response = send(desk, _at(plan, "plan", plan.id, "review"), fields)
    assert response.status_code == 422
    assert "bleibt" in text_of(response)
    assert not PlanReview.select().exists()


def _accepted(world: World) -> Case:
    submission = world.submission(language="fa-AF")
    return case_of(
        accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=world.at)
    )


def test_the_person_is_asked_and_the_answer_is_seen_and_noted(desk, world: World) -> None:
    plan = world.plan(_accepted(world))
    assert send(desk, _at(plan, "plan", plan.id, "ask")).status_code == 303
    question = PlanAgreement.get()
    assert "The person can answer on the status page." in text_of(desk.get(_at(plan, "plan")))
    version = version_of(frozen(WholePlan(plan)))
    answer_agreement(question, "wants_talk", version=version, language="fa-AF",
                     by=Actor("person"), at=world.at)  # fmt: skip
    assert "wants to talk" in text_of(desk.get(_at(plan)))
    send(desk, _at(plan, "agreement", question.id, "noted"))
    assert question.refresh().noted_at == world.at
    send(desk, _at(plan, "plan", plan.id, "ask"))
    again = PlanAgreement.get(PlanAgreement.state == "asked")
    send(desk, _at(plan, "agreement", again.id, "back"))
    assert again.refresh().state == "taken_back"


def test_without_a_status_page_the_agreement_is_noted_here_and_a_change_is_seen(
    desk, world: World, plan
) -> None:
    response = send(desk, _at(plan, "plan", plan.id, "ask"))
    assert response.status_code == 409
    assert "Nobody would read this on the status page" in text_of(response)
    fields = {"agreed-channel": "paper", "agreed-language": "ar"}
    assert send(desk, _at(plan, "plan", plan.id, "agreed"), fields).status_code == 303
    page = text_of(desk.get(_at(plan, "plan")))
    assert "on paper, signed" in page
    assert "has changed since the person agreed" not in page
    add_goal(plan, WholePlan(plan).goals[0].life_area, "Neu", language="de", by=SYSTEM, at=world.at)
    assert "has changed since the person agreed" in text_of(desk.get(_at(plan, "plan")))
    assert "changed since the person agreed" in text_of(desk.get(_at(plan)))


def test_a_plan_that_has_ended_is_read_and_not_changed(desk, world: World, plan, step) -> None:
    send(desk, _at(plan, "plan", plan.id, "end"))
    assert plan.refresh().ended_at == world.at
    page = text_of(desk.get(_at(plan, "plan")))
    assert "Settle in" in page
    assert "Add a goal" not in page
    response = send(desk, _at(plan, "step", step.id, "state"), {"state": "done"})
    assert response.status_code == 409
    assert step.refresh().state == "planned"


def test_each_person_has_a_plan_of_their_own_beside_the_households(desk, world: World, plan):
    person = plan.case.household.people.get()
    fields = {"begin-template": "", "begin-person": str(person.id), "begin-review_on": ""}
    response = send(desk, _at(plan, "plan"), fields)
    own = Plan.get(Plan.person == person)
    assert own.id.hex in response.location
    page = text_of(desk.get(response.location))
    assert "The plan has no goals yet." in page
    response = send(desk, _at(plan, "plan"), fields)
    assert response.status_code == 422
    assert "There is a plan for this already." in text_of(response)
    assert desk.get(_at(plan, "plan") + "?which=nonsense").status_code == 404
    end_plan(own, by=SYSTEM, at=world.at)
    assert "(ended" in text_of(desk.get(_at(plan, "plan")))


def test_a_template_or_person_that_is_not_offered_changes_nothing(desk, world: World) -> None:
    case, stranger = world.case(), world.person()
    for fields in ({"begin-template": "no_such", "begin-person": ""},
                   {"begin-template": "work", "begin-person": str(stranger.id)}):  # fmt: skip
        assert send(desk, f"/admin/case/{case.id}/plan", fields).status_code == 422
    assert not Plan.select().exists()


def test_the_print_has_german_and_the_persons_language_side_by_side(desk, world: World) -> None:
    plan = world.plan(world.case(language="ar"))
    page = text_of(desk.get(_at(plan, "plan", plan.id, "print")))
    assert '<th scope="col" lang="de" dir="ltr">' in page
    assert '<th scope="col" lang="ar" dir="rtl">' in page
    assert page.count("Gut ankommen") >= 1
    german = world.plan(world.case(language="de"))
    assert text_of(desk.get(_at(german, "plan", german.id, "print"))).count('scope="col"') == 1


def test_reading_a_plan_is_recorded(desk, plan) -> None:
    desk.get(_at(plan, "plan"))
    desk.get(_at(plan, "plan", plan.id, "print"))
    rows = list(AuditEntry.select().where(AuditEntry.event == "plan:read"))
    assert [row.subject_id for row in rows] == [plan.id, plan.id]


def test_the_timeline_tells_of_the_plan_in_words(desk, world: World, plan, step) -> None:
    hold_step(step, blocker_of("document"), "person", by=SYSTEM, at=world.at)
    move_step(step, "in_progress", by=SYSTEM, at=world.at)
    page = text_of(desk.get(_at(plan)))
    assert f"Step “{step.text('en')[0]}”: on hold → in progress" in page
    assert "Step put on hold" in page


def test_a_plan_of_many_steps_takes_few_statements(desk, world: World, plan) -> None:
    for step in WholePlan(plan).steps:
        hold_step(step, blocker_of("document"), "person", by=SYSTEM, at=world.at)
    with statements() as seen:
        desk.get(_at(plan, "plan"))
    assert len(seen) <= 38, len(seen)


@pytest.mark.parametrize("role", [
    Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR, Role.ADMINISTRATOR,
])  # fmt: skip
def test_who_works_on_no_case_sees_no_plan(app, world: World, plan, role) -> None:
    desk = desk_of(app, world.staff(role))
    assert desk.get(_at(plan, "plan")).status_code == 404
    assert desk.get(_at(plan, "plan", plan.id, "print")).status_code == 404


def test_a_manager_works_on_the_plans_of_the_own_organisation_only(app, world: World) -> None:
    manager = world.manager()
    mine = world.plan(world.case(manager.organization))
    other = world.plan(world.case(world.organization()))
    desk = desk_of(app, manager)
    assert desk.get(_at(mine, "plan")).status_code == 200
    step = WholePlan(other).steps[0]
    assert desk.get(_at(other, "plan")).status_code == 404
    response = send(desk, _at(mine, "step", step.id, "state"), {"state": "done"})
    assert (response.status_code, step.refresh().state) == (404, "planned")


def test_the_obstacles_of_steps_change_without_code(desk, world: World, plan, step) -> None:
    blocker = blocker_of("no_place")
    page = desk.get(f"/admin/blockers/edit/?id={blocker.id}")
    assert page.status_code == 200
    labels = {f"labels-{tag}": text for tag, text in blocker.labels.items()}
    fields = labels | {"labels-en": "all places taken", "turn": "us", "position": "1"}
    fields |= {"active": "y"}
    response = desk.submit(f"/admin/blockers/edit/?id={blocker.id}", fields)
    assert response.status_code == 303, text_of(response)[-3000:]
    assert "all places taken" in text_of(desk.get(_at(plan, "plan")))
    send(desk, _at(plan, "step", step.id, "state"), {"state": "on_hold", "blocker": "no_place"})
    assert Hold.get().turn == "us"


def test_a_template_is_taken_out_of_the_list_without_code(desk, world: World) -> None:
    template = template_of("work")
    address = f"/admin/plan_templates/edit/?id={template.id}"
    assert desk.submit(address, {"labels-de": "Arbeit suchen", "position": "9"}).status_code == 303
    again = template.refresh()
    assert (again.labels["de"], again.active, again.content) == (
        "Arbeit suchen", False, template.content,
    )  # fmt: skip
    assert desk.get("/admin/plan_templates/").status_code == 200
    case = world.case()
    page = text_of(desk.get(f"/admin/case/{case.id}/plan"))
    assert 'value="work"' not in page
