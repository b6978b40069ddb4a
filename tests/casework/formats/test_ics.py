"""iCalendar: what we write parses back equal, in lines of at most 75 octets."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.formats.ics import Event, read_calendar, write_calendar

TALK = Event(
    uid="1@example.org", starts_at=datetime(2026, 11, 3, 9, tzinfo=UTC),
    ends_at=datetime(2026, 11, 3, 10, tzinfo=UTC), changed_at=datetime(2026, 11, 1, tzinfo=UTC),
    title="Termin F-2026-0001",
)  # fmt: skip

moments = st.datetimes(
    datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)
).map(lambda moment: moment.replace(microsecond=0))  # fmt: skip
words = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\ufeff")
).map(str.strip)
events = st.builds(
    Event,
    uid=st.from_regex(r"[a-z0-9]{1,40}@[a-z]{1,20}\.example", fullmatch=True),
    starts_at=moments, ends_at=moments, changed_at=moments, title=words, place=words, text=words,
    revision=st.integers(0, 10_000), cancelled=st.just(False),
    link=st.sampled_from(["", "https://lotse.example/admin/case/1?x=1,2;3"]),
    remind=st.none() | st.integers(1, 10_000).map(lambda count: timedelta(minutes=count)),
)  # fmt: skip


@given(st.lists(events, max_size=4), words, st.sampled_from(["", "de", "ar"]))
def test_what_we_write_parses_back_equal(found, name, language):
    data = write_calendar(found, name=name, language=language)
    assert read_calendar(data) == found
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_an_event_says_what_calendars_need():
    data = write_calendar([TALK]).decode()
    for line in (
        "DTSTART:20261103T090000Z", "DTEND:20261103T100000Z", "DTSTAMP:20261101T000000Z",
        "UID:1@example.org", "SEQUENCE:0", "STATUS:CONFIRMED", "METHOD:PUBLISH", "VERSION:2.0",
        "CLASS:PRIVATE",
    ):  # fmt: skip
        assert f"\r\n{line}\r\n" in data


@pytest.mark.parametrize(("day", "hour"), [(28, 8), (29, 7)])
def test_a_moment_before_and_after_the_change_of_the_clocks_is_the_same_moment(day, hour):
    month = 3 if day == 28 else 10
    local = datetime(2027, month, day, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    event = Event("1@x", local, local + timedelta(hours=1), local, "x")
    assert read_calendar(write_calendar([event]))[0].starts_at == local
    assert local.astimezone(UTC).strftime("DTSTART:%Y%m%dT%H%M%SZ") in write_calendar(
        [event]
    ).decode()  # fmt: skip


def test_a_cancelled_event_says_so_and_gives_no_notice():
    event = Event(
        TALK.uid, TALK.starts_at, TALK.ends_at, TALK.changed_at, TALK.title, revision=3,
        cancelled=True, remind=timedelta(days=1),
    )  # fmt: skip
    data = write_calendar([event]).decode()
    assert "STATUS:CANCELLED" in data
    assert "SEQUENCE:3" in data
    assert "VALARM" not in data


def test_a_text_cannot_break_out_of_its_line():
    title = "x\r\nATTENDEE:mailto:evil@example.org, a;b\\n"
    event = Event(TALK.uid, TALK.starts_at, TALK.ends_at, TALK.changed_at, title)
    assert "\r\nATTENDEE" not in write_calendar([event]).decode()


@pytest.mark.parametrize("data", [b"", b"BEGIN:VCALENDAR", b"\x00\xff"])
def test_what_is_no_calendar_is_refused(data):
    with pytest.raises(ValueError):
        read_calendar(data)
