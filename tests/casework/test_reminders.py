"""Reminders of appointments: one kind mail in time, without what it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.acceptance import accept_submission, prepare_intake
from casework.appointments import settle_appointment, shift_appointment
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.i18n import LANGUAGES
from casework.core.settings import change_setting
from casework.messages import OutboxMail
from casework.notices import remind_of_appointments
from casework.texts import text
from tests.world import HELP_ANSWERS

BY_MAIL = {**HELP_ANSWERS, "contact_channels": ["email"], "email": "amal@example.org"}


@pytest.fixture
def case(world, clock):
    """Of a person who wants to hear by e-mail; it is Monday, ten o'clock at the site."""
    submission = world.submission(answers=BY_MAIL)
    accept_submission(submission, prepare_intake(submission), by=SYSTEM, at=clock())
    return submission.cases.get().case


def reminders():
    return list(OutboxMail.select().where(OutboxMail.kind == "reminder"))


def plan(world, case, days=5, **span):
    return world.appointment(
        case, world.at + timedelta(days=days, **span), place="Rathaus, Zimmer 12"
    )


def test_a_person_is_reminded_once_and_that_is_recorded(world, clock, case):
    appointment = plan(world, case)
    assert [remind_of_appointments(at=clock.forward(days=1)) for _ in range(2)] == [0, 0]
    assert [remind_of_appointments(at=clock.forward(days=1)) for _ in range(3)] == [1, 0, 0]
    assert len(reminders()) == 1
    assert appointment.refresh().reminded_at is not None
    rows = AuditEntry.select().where(AuditEntry.event == "appointment:reminded")
    assert [row.actor_kind for row in rows] == ["system"]


def test_the_mail_says_neither_when_nor_where_nor_what_about(world, clock, case):
    plan(world, case)
    remind_of_appointments(at=clock.forward(days=3))
    [mail] = reminders()
    assert mail.language == "ar"
    assert "/ar/status" in mail.body
    for word in ("Rathaus", "First talk", "2026-11", "07.11", "10:00", "Amal"):
        assert word not in mail.subject + mail.body


@pytest.mark.parametrize("state", ["cancelled", "kept", "missed", "excused"])
def test_nobody_is_reminded_of_what_is_not_planned_any_more(world, clock, case, state):
    settle_appointment(plan(world, case), state, by=SYSTEM, at=clock())
    assert remind_of_appointments(at=clock.forward(days=4)) == 0


def test_who_was_reminded_and_then_gets_another_time_is_reminded_anew(world, clock, case):
    appointment = plan(world, case)
    assert remind_of_appointments(at=clock.forward(days=3)) == 1
    shift_appointment(
        appointment.refresh(), clock() + timedelta(days=5), minutes=30, place="",
        revision=appointment.revision, by=SYSTEM, at=clock(),
    )  # fmt: skip
    assert remind_of_appointments(at=clock.forward(days=1)) == 0
    assert remind_of_appointments(at=clock.forward(days=3)) == 1


def test_who_has_just_heard_of_it_is_not_reminded_the_same_day(world, clock, case):
    plan(world, case, days=1, hours=6)
    assert remind_of_appointments(at=clock()) == 0
    assert remind_of_appointments(at=clock.forward(days=1)) == 1


@pytest.mark.parametrize("hours", [-5, 12])
def test_nobody_gets_mail_by_night(world, clock, case, hours):
    plan(world, case)
    assert remind_of_appointments(at=clock.forward(days=4, hours=hours)) == 0


def test_what_has_begun_is_too_late(world, clock, case):
    plan(world, case)
    assert remind_of_appointments(at=clock.forward(days=5)) == 0


def test_the_days_before_are_a_setting_and_0_is_none(world, clock, case):
    plan(world, case)
    clock.forward(days=2)
    for days, queued in ((0, 0), (2, 0), (3, 1)):
        change_setting("remind_mail_days", days, by=SYSTEM, at=clock())
        assert remind_of_appointments(at=clock()) == queued


def test_who_wants_no_mail_gets_none_and_counts_as_not_reminded(world, clock):
    appointment = plan(world, world.case())
    assert remind_of_appointments(at=clock.forward(days=4)) == 0
    assert appointment.refresh().reminded_at is None


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_reminder_is_there_in_every_language(world, tag):
    assert text("mail.reminder", tag).language == tag
