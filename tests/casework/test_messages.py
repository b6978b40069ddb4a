"""Messages in both directions, and the outbox from which mails leave exactly once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from casework.core.access import PUBLIC, SYSTEM, Actor, Role
from casework.core.db import connection, database, transaction
from casework.core.refusals import Forbidden
from casework.messages import (
    MAX_LENGTH,
    RETRY_MINUTES,
    EmptyMessage,
    LongMessage,
    Message,
    OutboxMail,
    claim_mail,
    conversation,
    mark_read,
    queue_mail,
    receive_message,
    retry_mail,
    send_message,
    settle_mail,
)

PERSON = Actor("person", name="L0000000")


def send(world, body="Hello", **kwargs):
    return send_message(body, language="de", by=SYSTEM, at=world.at, **kwargs)


def receive(world, submission, body="Salam", case=None):
    return receive_message(
        body, case=case, submission=submission, language="ar", by=PERSON, at=world.at
    )


def queue(world, recipient="desk@provider.example", subject="A request"):
    return queue_mail(
        "mail.referral", recipient, subject, "Please open the link.", language="de",
        host="help.example", by=SYSTEM, at=world.at,
    )  # fmt: skip


def due(world):
    return list(OutboxMail.due(world.at))


# Messages


def test_a_message_keeps_the_words_the_language_and_the_direction(world):
    submission = world.submission()
    out, back = send(world, submission=submission), receive(world, submission, "شكراً\r\nأمل")
    assert (out.direction, out.author, out.language) == ("out", "system", "de")
    assert (back.direction, back.refresh().body, back.language) == ("in", "شكراً\nأمل", "ar")


@pytest.mark.parametrize("body", ["", "  ", "\r\n\t", "\x00\x1b"])
def test_an_empty_message_is_refused_in_both_directions(world, body):
    submission = world.submission()
    with pytest.raises(EmptyMessage):
        send(world, body, submission=submission)
    with pytest.raises(EmptyMessage):
        receive(world, submission, body)
    assert not Message.select().exists()


def test_a_message_of_the_greatest_length_fits_and_one_more_does_not(world):
    submission = world.submission()
    assert len(receive(world, submission, "ß" * MAX_LENGTH).refresh().body) == MAX_LENGTH
    with pytest.raises(LongMessage) as refused:
        receive(world, submission, "ß" * (MAX_LENGTH + 1))
    assert "4000" in refused.value.text("en")


def test_messages_do_not_lie_open_in_the_database(world):
    receive(world, world.submission(), "Kanarienvogel")
    assert "Kanarienvogel" not in str(database.execute_sql("SELECT * FROM messages").fetchall())


def test_a_message_with_a_case_is_a_contact(world, clock):
    case, submission = world.case(), world.submission()
    receive(world, submission, case=case)
    assert case.refresh().last_contact_at == world.at
    clock.forward(days=2)
    send(world, case=case)
    assert case.refresh().last_contact_at == world.at


def test_a_conversation_joins_case_and_request_in_order(world, clock):
    case, submission, stranger = world.case(), world.submission(), world.submission()
    bodies = []
    for body, target in (("1", {"submission": submission}), ("2", {"case": case})):
        clock.forward(minutes=1)
        bodies.append(send(world, body, **target))
    send(world, "not this", submission=stranger)
    assert list(conversation(case=case, submission=submission)) == bodies
    assert list(conversation(case=None, submission=submission)) == bodies[:1]
    assert list(conversation(case=case, submission=None)) == bodies[1:]


def test_a_message_is_read_once(world, clock):
    message = receive(world, world.submission())
    first = world.at
    mark_read(message, by=world.coordinator().actor, at=first)
    clock.forward(days=1)
    mark_read(message, by=SYSTEM, at=world.at)
    assert message.refresh().read_at == first


def test_unread_are_messages_from_people_the_oldest_first(world, clock):
    coordinator = world.coordinator().actor
    submission = world.submission()
    first = receive(world, submission, "1")
    clock.forward(minutes=1)
    second = receive(world, submission, "2")
    send(world, submission=submission)
    assert list(Message.unread(coordinator)) == [first, second]
    mark_read(first, by=coordinator, at=world.at)
    assert list(Message.unread(coordinator)) == [second]


def test_messages_are_seen_by_who_sees_the_case_or_the_inbox(world):
    ours, theirs = world.manager(), world.manager()
    mine = send(world, case=world.case(ours.organization))
    send(world, case=world.case(theirs.organization))
    send(world, submission=world.submission())
    assert list(Message.scope(ours.actor)) == [mine]
    assert Message.scope(world.coordinator().actor).count() == 3
    for role in (Role.ADMINISTRATOR, Role.INTEGRATION_COMMISSIONER, Role.VOLUNTEER_COORDINATOR):
        assert not Message.scope(world.staff(role).actor).exists()


def test_who_works_with_volunteers_sees_messages_about_offers_and_of_no_case(world):
    reader = world.staff(Role.VOLUNTEER_COORDINATOR).actor
    offer, asked = world.submission("offer", answers={"given_name": "Vera"}), world.submission()
    mine = receive(world, offer)
    receive(world, asked)
    send(world, submission=asked)
    case = world.case()
    send(world, case=case)
    send(world, case=case, submission=offer)
    assert list(Message.scope(reader)) == [mine]
    assert list(Message.unread(reader)) == [mine]


def test_a_person_does_not_write_in_the_name_of_the_centre(world):
    with pytest.raises(Forbidden):
        send_message("x", submission=world.submission(), language="de", by=PERSON, at=world.at)
    with pytest.raises(Forbidden):
        receive_message(
            "x", case=None, submission=world.submission(), language="de", by=PUBLIC, at=world.at
        )
    assert not Message.select().exists()


# The outbox


def test_a_mail_waits_with_a_message_id_of_its_own(world):
    one, two = queue(world), queue(world)
    assert set(due(world)) == {one, two}
    assert one.message_id != two.message_id
    assert one.message_id.endswith("@help.example>")


def test_a_subject_stays_on_one_line(world):
    mail = queue(world, subject="A request\r\nBcc: everybody@example.org")
    assert mail.refresh().subject == "A request Bcc: everybody@example.org"


def test_a_mail_is_undone_with_the_change_that_it_tells_of(world):
    def fail():
        with transaction():
            queue(world)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert due(world) == []


def test_recipient_and_text_do_not_lie_open(world):
    queue(world, recipient="kanarienvogel@example.org")
    assert "kanarienvogel" not in str(database.execute_sql("SELECT * FROM outbox_mails").fetchall())


def test_a_sent_mail_is_not_due_again(world, clock):
    mail = queue(world)
    assert claim_mail(mail, at=world.at)
    settle_mail(mail, at=world.at)
    clock.forward(days=30)
    assert due(world) == []
    assert (mail.refresh().state, mail.sent_at) == ("sent", None)
    assert mail.refresh().sent_at is not None


def test_a_claimed_mail_is_nobody_elses_until_its_time_is_over(world, clock):
    mail = queue(world)
    other = mail.refresh()
    assert claim_mail(mail, at=world.at)
    assert not claim_mail(other, at=world.at)
    assert due(world) == []
    clock.forward(minutes=10)
    assert due(world) == [mail]


def test_of_many_workers_one_gets_the_mail(fresh, clock):
    from tests.world import World

    with connection():
        mail = queue(World(clock))

    def claim(_):
        with connection():
            return claim_mail(mail.refresh(), at=clock())

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(claim, range(16)))
    database.close_all()
    assert sum(taken) >= 1
    with connection():
        assert mail.refresh().tries == sum(taken)
    database.close_all()


def test_a_failed_try_is_repeated_later_and_later_and_then_given_up(world, clock):
    mail = queue(world)
    waited = []
    while mail.refresh().state == "waiting":
        row = mail.refresh()
        waited.append(row.next_try_at - clock())
        clock.moment = max(row.next_try_at, clock())
        assert claim_mail(row, at=world.at)
        settle_mail(row, error="Connection refused", at=world.at)
    assert waited[1:] == [timedelta(minutes=each) for each in RETRY_MINUTES]
    assert (mail.refresh().state, mail.refresh().last_error) == ("failed", "Connection refused")


@pytest.mark.parametrize(("final", "state"), [(True, "failed"), (False, "waiting")])
def test_only_a_final_error_ends_the_tries_at_the_first(world, clock, final, state):
    mail = queue(world)
    assert claim_mail(mail, at=world.at)
    settle_mail(mail, error="the mail server answered", final=final, at=world.at)
    assert mail.refresh().state == state
    clock.forward(days=1)
    assert due(world) == ([] if final else [mail])


def test_a_failed_mail_can_be_tried_again_from_the_start(world):
    mail = queue(world)
    with transaction():
        OutboxMail.update(state="failed", tries=10).execute()
    mail = retry_mail(mail.refresh(), by=world.staff(Role.ADMINISTRATOR).actor, at=world.at)
    assert due(world) == [mail]
    assert mail.refresh().tries == 0


def test_a_long_error_is_cut(world):
    mail = queue(world)
    claim_mail(mail, at=world.at)
    settle_mail(mail, error="x" * 5000, at=world.at)
    assert len(mail.refresh().last_error) == 200


def test_the_outbox_is_seen_by_who_looks_after_mails(world):
    queue(world)
    assert OutboxMail.scope(world.staff(Role.ADMINISTRATOR).actor).exists()
    assert not OutboxMail.scope(world.manager().actor).exists()
    assert not OutboxMail.scope(PUBLIC).exists()
