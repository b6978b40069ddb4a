"""Roles × organisations × objects × verbs: what is not yours does not exist for you.

The cells come from the real table of addresses: a screen that is added tomorrow is in the
matrix by itself. Whatever is refused is 404, and nothing has changed afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from casework.acceptance import link_submission
from casework.appointments import plan_appointment
from casework.cases import Case, assign_case, plan_follow_up
from casework.conferences import call_conference
from casework.consent import Release
from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.audit import AuditEntry
from casework.core.db import Base, database, transaction
from casework.core.throttles import Throttle
from casework.documents import Document, add_document
from casework.drafts import start_draft
from casework.engagements import propose_engagement
from casework.handovers import add_point, begin_handover, call_off_handover, settle_point
from casework.insight.attention.decisions import snooze
from casework.insight.attention.entries import AttentionEntry
from casework.insight.attention.talks import Talk, book_for
from casework.insight.attention.upkeep import catch_up
from casework.life_areas import LifeArea
from casework.messages import receive_message
from casework.needs import Need, add_need, category_of
from casework.network.meetings import add_decision, plan_meeting
from casework.opportunities.models import OpportunityOffer
from casework.participation.accounts import agree_step, tell_account
from casework.participation.facts import note_fact
from casework.participation.ladder import decide_rung
from casework.plans.agreements import note_agreement
from casework.plans.models import Goal, GoalArea, Step
from casework.plans.writing import Doer, add_goal, add_step, change_goal
from casework.providers import Organization
from casework.questionnaires.models import Questionnaire, live
from casework.referrals import Referral
from casework.staff import Staff
from casework.strengths import StrengthProfile
from casework.submissions import Submission
from casework.supporters import Supporter
from casework.uploads import Upload, add_upload
from casework.visits import note_visit
from casework.volunteers import Offer
from tests.admin.pressing import desk_of, text_of, token_of
from tests.invited import answered, check_up, invited
from tests.pages import PageClient
from tests.world import HELP_ANSWERS, World

LEAST_CELLS = 500
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# Screens about people; the directory and the settings hold nothing of anybody.
PERSONAL = (
    "case", "referral", "person", "household", "need", "appointment", "follow_up", "message",
    "submission", "review", "all_submissions", "offer", "translation", "counter", "week",
    "counselling", "balance", "attention", "waiting", "workload", "meeting", "decision",
    "engagement", "companion",
)  # fmt: skip
BY_ID = ("details_view", "edit_view", "delete_view", "move", "send", "read_messages")
# What some may see although they see no case: it names no household.
OF_THE_NETWORK = ("meeting", "decision", "engagement")
OUTSIDERS = ("alpha", "commissioner", "volunteers", "administrator")


@dataclass
class Part:
    """Everything that one organisation has about one household, marked by one word."""

    word: str
    organization: Organization | None
    case: Case
    rows: dict[str, Base] = field(default_factory=dict)

    @property
    def markers(self) -> list[str]:
        """What would give the household away: words, case number, ids."""
        own = (row for kind, row in self.rows.items() if kind not in OF_THE_NETWORK)
        return [self.word, self.case.reference, *(str(row.id) for row in own)]


@dataclass(frozen=True)
class Cell:
    """One address with one verb, as one account tries it."""

    endpoint: str
    method: str
    address: str


class Town:
    """Two organisations and nobody's case; a volunteer; one account of each kind."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        self.alpha = self._part("Alphawort", world.organization("Alpha e. V."))
        self.beta = self._part("Betawort", world.organization("Beta e. V."))
        self.nobody = self._part("Niemandswort", None)
        for part in (self.alpha, self.beta, self.nobody):
            self._call(part)
        answers = {"given_name": "Ehrenwort", "family_name": "Ehrenwort", "places": "1"}
        self.offer = Offer.get(Offer.submission == world.submission("offer", answers=answers))
        self.staff = {
            "alpha": world.manager(self.alpha.organization),
            "coordinator": world.coordinator(),
            "commissioner": world.staff(Role.INTEGRATION_COMMISSIONER),
            "volunteers": world.staff(Role.VOLUNTEER_COORDINATOR),
            "administrator": world.staff(Role.ADMINISTRATOR),
        }

    def _call(self, part: Part) -> None:
        """Let each case stand in the attention queue, with a reason that gives it away."""
        late = self.world.at.date() - timedelta(days=20)
        Step.update(due_on=late).where(Step.case == part.case).execute()
        catch_up(at=self.world.at)
        entry = AttentionEntry.get(AttentionEntry.case == part.case)
        day = self.world.at.date() + timedelta(days=9)
        snooze(entry, day, part.word, by=SYSTEM, at=self.world.at)
        catch_up(at=self.world.at)
        part.rows["attention"] = entry
        self._tie(part, entry)

    def _tie(self, part: Part, entry: AttentionEntry) -> None:
        """An appointment that is to settle it, and a goal that has changed its area of life."""
        who = {"by": SYSTEM, "at": self.world.at}
        book_for(part.rows["appointment"], [entry], **who)
        part.rows["talk"] = Talk.get(Talk.case == part.case)
        goal = Goal.get(Goal.case == part.case)
        change_goal(goal, text=part.word, language="de", wish=part.word, wish_language="de",
                    baseline=part.word, target=part.word, revision=goal.revision,
                    area=self.world.area("health"), **who)  # fmt: skip
        part.rows["goal_area"] = GoalArea.get(GoalArea.case == part.case)

    def _part(self, word: str, organization: Organization | None) -> Part:
        world, at = self.world, self.world.at
        person = {"given_name": word, "family_name": word, "phone": f"+49762141{len(word):04}"}
        household = world.household(word, place=word)
        case = world.case(organization, household=household, **person)
        need = add_need(case, category_of("debt"), person=None, description=word, language="de",
                        by=SYSTEM, at=at)  # fmt: skip
        answers = HELP_ANSWERS | {"given_name": word, "family_name": word}
        submission = world.submission(answers=answers)
        link_submission(submission, case, by=SYSTEM, at=at)
        sender = Actor("person", id=submission.id)
        message = receive_message(word, case=case, submission=submission, language="de",
                                  by=sender, at=at)  # fmt: skip
        referral = world.referral(need, note=word)
        rows: dict[str, Base] = {
            "case": case, "household": household, "person": household.people.get(), "need": need,
            "submission": submission, "message": message, "referral": referral,
            "release": Release.get(Release.case == case),
            "follow_up": plan_follow_up(case, word, at.date(), by=SYSTEM, at=at),
            "appointment": plan_appointment(case, word, at, by=SYSTEM, at=at),
            "visit": note_visit(case, outcome="answered", by=SYSTEM, at=at),
            "document": add_document(
                case, word, PDF, folder=self.folder, by=SYSTEM, at=at
            ),
            "file": self._file(submission, word),
            **self._form(case, word),
            **self._plan(case, word),
            **self._ending(case, word),
            **self._participation(case, word, submission),
            **self._chance(case, word, referral),
            **self._support(case, word),
            **self._meeting(),
        }  # fmt: skip
        return Part(word, organization, case, rows)

    def _file(self, submission: Submission, word: str) -> Upload:
        """What came with a request."""
        draft, _token = start_draft(live("help"), "de", at=self.world.at)
        upload = add_upload(draft, "file", f"{word}.pdf", PDF, folder=self.folder,
                            at=self.world.at)  # fmt: skip
        with transaction():
            upload.draft, upload.submission = None, submission
            upload.save()
        return upload

    def _chance(self, case: Case, word: str, referral: Referral) -> dict[str, Base]:
        """Strengths in the person's words, and an opportunity that `referral` offers."""
        person = case.household.people.get()
        self.world.strengths(person, wishes=frozenset({"job"}), hopes=word, text_language="de")
        with transaction():
            offer = OpportunityOffer.create(
                case=case, opportunity=self.world.opportunity(), person=person,
                referral=referral, created_at=self.world.at,
            )  # fmt: skip
        profile = StrengthProfile.get(StrengthProfile.person == person)
        return {"strengths": person, "strength_profile": profile, "opportunity_offer": offer}

    def _plan(self, case: Case, word: str) -> dict[str, Base]:
        """A plan with a goal, a step and an agreement."""
        who = {"by": SYSTEM, "at": self.world.at}
        plan = self.world.plan(case)
        area = LifeArea.get(LifeArea.code == "work")
        goal = add_goal(plan, area, word, language="de", wish=word, **who)
        doer = Doer("volunteer", name=word)
        return {
            "plan": plan, "goal": goal,
            "step": add_step(goal, word, language="de", doer=doer, **who),
            "agreement": note_agreement(plan, "paper", "de", **who),
        }  # fmt: skip

    def _ending(self, case: Case, word: str) -> dict[str, Base]:
        """A deadline, and a line of a handover that was not taken up again."""
        who = {"by": SYSTEM, "at": self.world.at}
        handover = begin_handover(case, **who)
        point = add_point(handover, word, language="de", **who)
        settle_point(point, "done", recipient=word, **who)
        call_off_handover(handover, **who)
        return {
            "deadline": self.world.deadline(case, note=word), "point": point,
            "counselling": case,
        }  # fmt: skip

    def _participation(self, case: Case, word: str, submission: Submission) -> dict[str, Base]:
        """A fact, what the person says about it, an agreed step and a rung."""
        who = {"by": SYSTEM, "at": self.world.at}
        today = self.world.at.date()
        fact = note_fact(case, "missed", today, note=word, **who)
        rung = decide_rung(case, "reminder", word, seen="", **who)
        sender = {"by": Actor("person", id=submission.id), "at": self.world.at}
        return {
            "noted_fact": fact, "taken_rung": rung,
            "account": tell_account(
                case, word, language="de", submission=submission, rung=rung, **sender
            ),
            "agreed_step": agree_step(case, word, language="de", agreed_on=today, **who),
        }  # fmt: skip

    def _support(self, case: Case, word: str) -> dict[str, Base]:
        """A volunteer, what the household named, and a case conference."""
        named = self.world.named_support(case, who=word)
        who = Supporter("named", named.id)
        starts_at = self.world.at + timedelta(days=3)
        conference = call_conference(
            case, starts_at, [who], with_person=False, place=word, by=SYSTEM, at=self.world.at
        )
        offer = self.world.offer(f"Pate{len(word)}")
        engagement = propose_engagement(case, offer, self.world.area(), note=word, by=SYSTEM,
                                        at=self.world.at)  # fmt: skip
        return {"named_support": named, "conference": conference, "engagement": engagement,
                "balance": case.household}  # fmt: skip

    def _meeting(self) -> dict[str, Base]:
        """A meeting of the network, of people without an account here, and what it decided."""
        who = {"by": SYSTEM, "at": self.world.at}
        contact = self.world.contact()
        meeting = plan_meeting("Round table", self.world.at, contacts=[contact], **who)
        day = self.world.at.date()
        decision = add_decision(meeting, "Send the list", day, contact=contact, **who)
        return {"meeting": meeting, "decision": decision}

    def _form(self, case: Case, word: str) -> dict[str, Base]:
        """A form that was answered by link, and the file among its answers."""
        at = self.world.at
        if not Questionnaire.select().where(Questionnaire.slug == "check-up").exists():
            check_up(at)
        form = Questionnaire.get(Questionnaire.slug == "check-up")
        answers = {"first": word, "wish": word}
        link = answered(self.world, invited(self.world, case, SYSTEM, form), SYSTEM, answers)
        return {"invitation": link, "invitation_file": self._file(link.submission, word)}

    @property
    def folder(self) -> Any:
        return self.app.extensions["lotse"]["config"].instance_dir / "documents"

    def actor(self, name: str) -> Actor:
        return self.staff[name].actor

    def desk(self, name: str) -> PageClient:
        return desk_of(self.app, self.staff[name])


@pytest.fixture
def town(app: Flask, world: World) -> Town:
    return Town(app, world)


def _rules(app: Flask) -> Iterator[tuple[Any, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: (each.rule, each.endpoint)):
        if rule.rule.startswith("/admin/") and not rule.endpoint.startswith("desk."):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, method


def _screen(app: Flask, endpoint: str) -> Any:
    name = endpoint.partition(".")[0]
    return next(each for each in app.extensions["lotse"]["desk"]._views if each.endpoint == name)


def _needed(app: Flask, endpoint: str, method: str) -> str:
    return _screen(app, endpoint).permission_for(endpoint.partition(".")[2], method)


def _address(rule: Any, rows: dict[str, Base], case_of: Part) -> str:
    """The address of `rule` for the rows of one household; `case_of` gives the case in it."""
    kind, _, method = rule.endpoint.partition(".")
    own = rows.get({"all_submissions": "submission", "review": "submission"}.get(kind, kind))
    path = rule.rule.replace("<export_type>", "csv")
    if "<uuid:row>" in path:
        part = path.partition("/<uuid:row>")[0].rpartition("/")[2].replace("-", "_")
        own = case_of.case if kind == "case" else own
        path = path.replace("<uuid:row>", str(rows[part].id if part in rows else uuid.uuid4()))
    path = path.replace("<uuid:id>", str(own.id if own else uuid.uuid4()))
    need, home = rows["need"].id, rows["household"].id
    query = {"id": own.id if own else "", "need": need, "household": home, "table": "needs",
             "row": need, "field": "description"}  # fmt: skip
    if method in BY_ID or method in ("new", "create_view") or kind == "translation":
        path += "?" + "&".join(f"{key}={value}" for key, value in query.items() if value)
    return path


def _names_a_row(rule: Any) -> bool:
    kind, _, method = rule.endpoint.partition(".")
    if kind not in PERSONAL:
        return False
    named = method in BY_ID or rule.endpoint in ("referral.new", "translation.index_view")
    return "<uuid:" in rule.rule or named


def closed_cells(town: Town, name: str) -> list[Cell]:
    """Addresses whose permission the role of this account lacks."""
    actor = town.actor(name)
    return [
        Cell(rule.endpoint, method, _address(rule, town.beta.rows, town.beta))
        for rule, method in _rules(town.app)
        if not actor.may(_needed(town.app, rule.endpoint, method))
    ]


def foreign_cells(town: Town, name: str) -> list[Cell]:
    """Addresses of rows that are another organisation's, nobody's, or in somebody else's case."""
    actor, found = town.actor(name), []
    for rule, method in _rules(town.app):
        if not (_names_a_row(rule) and actor.may(_needed(town.app, rule.endpoint, method))):
            continue
        if name == "volunteers" and rule.endpoint.startswith("engagement."):
            continue  # all engagements are theirs, without the household: test_engagements.py
        for part in (town.beta, town.nobody):
            found.append(Cell(rule.endpoint, method, _address(rule, part.rows, part)))
            if "<uuid:row>" in rule.rule:
                found.append(Cell(rule.endpoint, method, _address(rule, part.rows, town.alpha)))
    return found


def _searches(part: Part) -> list[str]:
    person: Any = part.rows["person"]
    return ["", f"?search={part.word}", f"?search={part.case.reference}",
            f"?search={person.phone.replace('+', '%2B')}",
            f"?flt_organization={part.organization.id}", "?page=1&sort=state",
            f"?id={part.case.id}&older=1"]  # fmt: skip


def list_cells(town: Town, name: str) -> list[Cell]:
    """Lists, searches, filters, exports, look-ups and empty forms that the account may open."""
    actor, found = town.actor(name), []
    for rule, method in _rules(town.app):
        if (
            method != "GET"
            or _names_a_row(rule)
            or "<name>" in rule.rule
            or "<handle>" in rule.rule
        ):
            continue
        if not actor.may(_needed(town.app, rule.endpoint, method)):
            continue
        paths = [rule.rule.replace("<export_type>", kind) for kind in ("csv", "xlsx")]
        for path in dict.fromkeys(paths):
            asked = _searches(town.beta) if rule.endpoint.partition(".")[0] in PERSONAL else [""]
            if rule.endpoint.endswith("ajax_lookup"):
                asked = [f"?name={key}&query={town.beta.word}"
                         for key in ("household", "person", "organization", "need")]  # fmt: skip
            elif rule.endpoint.endswith("create_view"):
                asked = [_address(rule, town.beta.rows, town.beta).partition(path)[2]]
            found += [Cell(rule.endpoint, "GET", path + each) for each in asked]
    return found


def _try(desk: PageClient, cell: Cell, token: str, data: dict[str, Any] | None = None) -> Any:
    if cell.method == "GET":
        return desk.get(cell.address)
    return desk.post(cell.address, data={"csrf_token": token, **(data or {})})


def _everything() -> dict[str, list[Any]]:
    """All rows of all tables as they are stored, but for the trail, sign-ins and counters."""
    found, todo = {}, list(Base.__subclasses__())
    while todo:
        model = todo.pop()
        todo.extend(model.__subclasses__())
        real = model.__module__.startswith("casework.") and not model.__subclasses__()
        if real and model not in (AuditEntry, Staff, Throttle):
            table = model._meta.table_name
            rows = database.execute_sql(f'SELECT * FROM "{table}" ORDER BY id')
            found[table] = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                            for row in rows.fetchall()]  # fmt: skip
    return found


def _leaks(body: str, part: Part, asked: str) -> list[str]:
    """What of `part` stands in `body` that was not in the question."""
    return [marker for marker in part.markers if marker in body and marker not in asked]


POSTED = {
    "state": "active", "answer": "got_help", "note": "x", "body": "x", "language": "de",
    "step": "send", "shared": "name", "reason": "other", "channel": "paper", "covers": "name",
    "what": "x", "due_on": "2026-12-01", "title": "x", "message-body": "x",
    "message-language": "de", "state-state": "on_hold", "given_name": "x", "name": "x",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", OUTSIDERS)
def test_an_address_that_a_role_may_not_open_does_not_exist_for_it(town: Town, name: str) -> None:
    desk, before = town.desk(name), _everything()
    token, cells = token_of(desk), closed_cells(town, name)
    answered = [(cell, _try(desk, cell, token, POSTED).status_code) for cell in cells]
    assert [each for each in answered if each[1] != 404] == []
    assert _everything() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", ["alpha", "volunteers"])
def test_rows_of_another_organisation_do_not_exist(town: Town, name: str) -> None:
    desk, before = town.desk(name), _everything()
    token, wrong = token_of(desk), []
    for cell in foreign_cells(town, name):
        response = _try(desk, cell, token, POSTED)
        body, asked = text_of(response), cell.address
        leaked = [*_leaks(body, town.beta, asked), *_leaks(body, town.nobody, asked)]
        if response.status_code != 404 or leaked:
            wrong.append((cell, response.status_code, leaked))
    assert wrong == []
    assert _everything() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", OUTSIDERS)
def test_no_list_search_filter_export_or_look_up_shows_a_foreign_household(
    town: Town, name: str
) -> None:
    desk, wrong = town.desk(name), []
    for cell in list_cells(town, name):
        response = desk.get(cell.address)
        hidden = [town.beta, town.nobody, *([] if name == "alpha" else [town.alpha])]
        if cell.endpoint.startswith("audit_entries"):
            hidden = []
        body = response.get_data().decode("utf-8", "replace")
        leaked = [each for part in hidden for each in _leaks(body, part, cell.address)]
        if response.status_code >= 500 or leaked:
            wrong.append((cell, response.status_code, leaked))
    assert wrong == []


def test_the_trail_names_rows_by_their_keys_and_never_by_a_word(town: Town) -> None:
    page = text_of(town.desk("administrator").get("/admin/audit_entries/"))
    for part in (town.alpha, town.beta, town.nobody):
        assert part.word not in page
        assert part.case.reference not in page


def test_counts_do_not_tell_that_there_are_others(app: Flask, world: World) -> None:
    alpha = world.organization("Alpha e. V.")
    world.referral(world.need(world.case(alpha, given_name="Eigen")))
    manager = world.manager(alpha)
    addresses = ("/admin/", "/admin/case/", "/admin/referral/", "/admin/person/", "/admin/need/",
                 "/admin/household/", "/admin/follow_up/", "/admin/appointment/",
                 "/admin/message/", "/admin/case/?search=Fremdwort")  # fmt: skip

    def read() -> list[str]:
        desk = desk_of(app, manager)
        return [_steady(text_of(desk.get(address))) for address in addresses]

    before = read()
    Town(app, world)
    for earlier, later in zip(before, read(), strict=True):
        assert later.splitlines() == earlier.splitlines()


def _steady(page: str) -> str:
    """A page without what changes each time, and without the names in the open directory."""
    changing = ("csrf_token", "nonce", 'id="flt_organization"')
    return "\n".join(
        line for line in page.splitlines() if not any(each in line for each in changing)
    )


def test_bulk_actions_and_cells_of_lists_do_not_reach_foreign_rows(town: Town) -> None:
    desk, before, wrong = town.desk("alpha"), _everything(), []
    token = token_of(desk)
    for kind in PERSONAL:
        foreign = town.beta.rows.get(kind)
        if foreign is None:
            continue
        own = town.alpha.rows[kind]
        for action in ("delete", "approved", "ended", "forged"):
            data = {"csrf_token": token, "action": action, "rowid": [str(own.id), str(foreign.id)],
                    "confirmed": "1"}  # fmt: skip
            if desk.post(f"/admin/{kind}/action/", data=data).status_code != 404:
                wrong.append((kind, action))
        data = {"csrf_token": token, "list_form_pk": str(foreign.id), "state": "closed"}
        if desk.post(f"/admin/{kind}/ajax/update/", data=data).status_code != 404:
            wrong.append((kind, "cell"))
    assert wrong == []
    assert _everything() == before


def test_a_new_row_cannot_be_hung_on_a_foreign_one(town: Town) -> None:
    desk, before = town.desk("alpha"), _everything()
    token = token_of(desk)
    rows = town.beta.rows
    person = {"csrf_token": token, "given_name": "Neu", "household": str(rows["household"].id),
              "role_at_home": "other", "language": "de"}  # fmt: skip
    response = desk.post("/admin/person/new/", data=person)
    assert response.status_code in (404, 422)
    assert not _leaks(text_of(response), town.beta, str(person))
    own = town.alpha.rows["person"]
    response = desk.post(f"/admin/person/edit/?id={own.id}", data=person)
    assert response.status_code in (404, 422)
    need = {"csrf_token": token, "need-category": "debt", "need-person": str(rows["person"].id)}
    desk.post(f"/admin/case/{town.alpha.case.id}/need", data=need)
    linked = Need.select().where(Need.person == rows["person"])
    assert linked.count() == 0
    after = _everything()
    assert [after[table] for table in ("people", "households")] == [
        before[table] for table in ("people", "households")
    ]


def test_an_earlier_referral_of_the_same_household_by_another_organisation_stays_hidden(
    town: Town,
) -> None:
    referral: Any = town.beta.rows["referral"]
    shared = town.world.case(town.alpha.organization, household=town.beta.rows["household"])
    need = town.world.need(shared, "debt")
    address = f"/admin/referral/new?need={need.id}&search=Service"
    page = text_of(town.desk("alpha").get(address))
    assert referral.service.name in page
    assert str(referral.id) not in page
    assert str(referral.id) in text_of(town.desk("coordinator").get(address))


def test_a_case_that_is_given_away_is_gone_at_once(town: Town) -> None:
    desk = town.desk("alpha")
    referral: Any = town.alpha.rows["referral"]
    addresses = [f"/admin/case/{town.alpha.case.id}", f"/admin/referral/{referral.id}",
                 f"/admin/person/details/?id={town.alpha.rows['person'].id}"]  # fmt: skip
    assert [desk.get(each).status_code for each in addresses] == [200, 200, 200]
    assign_case(town.alpha.case, organization=town.beta.organization, assigned_to=None,
                by=SYSTEM, at=town.world.at)  # fmt: skip
    assert [desk.get(each).status_code for each in addresses] == [404, 404, 404]


def test_the_same_addresses_open_for_who_may_see_them(town: Town) -> None:
    """Otherwise all of the above would pass with addresses that do not exist at all."""
    desk, wrong, opened = town.desk("coordinator"), [], 0
    for cell in (*foreign_cells(town, "coordinator"), *foreign_cells(town, "alpha")):
        if cell.method != "GET" or str(town.alpha.case.id) in cell.address:
            continue
        status = desk.get(cell.address).status_code
        opened += status == 200
        if status not in (200, 409) and not _is_switched_off(town.app, cell.endpoint):
            wrong.append((cell, status))
    assert wrong == []
    assert opened >= 20


def _is_switched_off(app: Flask, endpoint: str) -> bool:
    """Whether a screen offers no such page to anybody, or its rows are of another kind."""
    screen, method = _screen(app, endpoint), endpoint.partition(".")[2]
    switches = {"edit_view": "can_edit", "details_view": "can_view_details",
                "delete_view": "can_delete"}  # fmt: skip
    if endpoint.startswith(("offer.", "review.", "all_submissions.", "referral.change")):
        return True
    return method in switches and not getattr(screen, switches[method], True)


def test_the_matrix_has_enough_cells(town: Town) -> None:
    counted = {
        "closed": sum(len(closed_cells(town, name)) for name in OUTSIDERS),
        "foreign": len(foreign_cells(town, "alpha")),
        "lists": sum(len(list_cells(town, name)) for name in OUTSIDERS),
    }
    assert sum(counted.values()) >= LEAST_CELLS, counted
    assert min(counted.values()) >= 50, counted
    assert len(foreign_cells(town, "volunteers")) >= 30
    assert PUBLIC.may("case:read") is False
    assert Document.select().count() == 3
    assert Referral.select().count() == 3
