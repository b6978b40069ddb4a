"""Whatever the order in which people act, a referral stays within its rules."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.refusals import Refusal
from casework.outcomes import tell_person
from casework.referral_drafts import change_draft
from casework.referral_states import ANSWERS, FINAL, STATES, TELLINGS
from casework.referrals import (
    Referral,
    ReferralStep,
    acknowledge_referral,
    decline_referral,
    expire_referral,
    mark_shown,
    revoke_referral,
    send_referral,
)
from casework.reply_links import ReplyLink, renew_link
from tests.world import PERSON, World

MOVES = {
    "sent": send_referral, "acknowledged": acknowledge_referral, "revoked": revoke_referral,
    "declined": decline_referral, "expired": expire_referral, "link_renewed": renew_link,
}  # fmt: skip


class Life(RuleBasedStateMachine):
    """One referral in the hands of staff, a provider and the person, who know nothing of
    each other; some hold a row or a link that is long out of date."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        need = self.world.need()
        self.world.release(need.case)
        self.held = self.world.referral(need, sent=False)
        self.before = self.held.state

    def _do(self, event: str, act) -> None:
        """A change leaves its audit row; a refusal leaves nothing at all."""
        self.before = self.now.state
        everything = self._everything()
        try:
            act()
        except Refusal:
            assert self._everything() == everything
        else:
            assert self._recorded(event) == everything["recorded"].get(event, 0) + 1

    @property
    def now(self) -> Referral:
        return self.held.refresh()

    @rule(event=st.sampled_from(sorted(MOVES)), is_fresh=st.booleans())
    def staff_press_a_button(self, event: str, is_fresh: bool) -> None:
        row = self.now if is_fresh else self.held
        self._do(f"referral:{event}", lambda: MOVES[event](row, by=SYSTEM, at=self.world.at))

    @rule(state=st.sampled_from(sorted(ANSWERS)))
    def an_answer_comes_by_phone(self, state: str) -> None:
        self._do("referral:answered", lambda: self.world.answer(self.now, state))

    @rule(state=st.sampled_from([*sorted(ANSWERS), "revoked"]), which=st.integers(0, 9))
    def the_provider_uses_one_of_the_links(self, state: str, which: int) -> None:
        links = list(self._links().order_by(ReplyLink.id))
        if links:
            link = links[which % len(links)]
            self._do("referral:replied", lambda: self.world.reply(link, state))

    @rule(note=st.text(alphabet="ab", max_size=2), is_stale=st.booleans())
    def staff_change_the_draft(self, note: str, is_stale: bool) -> None:
        row = self.now
        seen = "stale" if is_stale else row.revision
        self._do("referral:changed", lambda: change_draft(
            row, service=row.service, fields=tuple(row.fields), note=note,
            follow_up_on=row.follow_up_on, seen=seen, by=SYSTEM, at=self.world.at,
        ))  # fmt: skip

    @rule(by=st.sampled_from([PERSON, SYSTEM]))
    def somebody_looks(self, by) -> None:
        self._do("referral:shown", lambda: mark_shown(self.now, by=by, at=self.world.at))

    @rule(how=st.sampled_from([*TELLINGS, "by_pigeon"]))
    def staff_tell_the_person(self, how: str) -> None:
        self._do("referral:told", lambda: tell_person(self.now, how, by=SYSTEM, at=self.world.at))

    @invariant()
    def it_moves_along_the_table_and_never_out_of_an_end(self) -> None:
        state = self.now.state
        assert state == self.before or STATES.allows(self.before, state)
        assert self.before not in FINAL or state == self.before

    @invariant()
    def at_most_one_link_is_open_and_none_at_the_end_or_before_it_left(self) -> None:
        open_links = sum(link.is_open for link in self._links())
        assert open_links <= 1
        if self.now.state in ("draft", *FINAL):
            assert open_links == 0

    @invariant()
    def only_an_end_is_shown_to_anybody_and_the_steps_end_where_it_stands(self) -> None:
        now = self.now
        if not now.is_final:
            assert now.shown_to_sender_at is None
            assert now.shown_to_person_at is None
        steps = [step.state for step in now.steps.order_by(ReferralStep.id)]
        assert [step for step in steps if step not in TELLINGS][-1] == now.state

    def _links(self):
        return ReplyLink.select().where(ReplyLink.referral == self.held)

    def _recorded(self, event: str) -> int:
        mine = AuditEntry.subject_id == self.held.id
        return AuditEntry.select().where(mine & (AuditEntry.event == event)).count()

    def _everything(self) -> dict:
        mine = AuditEntry.subject_id == self.held.id
        events = [entry.event for entry in AuditEntry.select().where(mine)]
        row = {name: getattr(self.now, name) for name in self.now._meta.fields}
        return {
            "row": row, "recorded": {event: events.count(event) for event in events},
            "links": sorted((link.id, link.is_open) for link in self._links()),
            "steps": ReferralStep.select().where(ReferralStep.referral == self.held).count(),
        }  # fmt: skip


@pytest.mark.slow
def test_no_order_of_verbs_breaks_the_rules_of_a_referral(world: World) -> None:
    life = type("LifeHere", (Life,), {"world": world})
    run_state_machine_as_test(
        life, settings=settings(max_examples=30, stateful_step_count=15, deadline=None)
    )
