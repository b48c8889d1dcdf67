"""An event in somebody's calendar, brought up to date, and read back."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from doorstep.connectors.calendar.ics import feed, stored_object
from doorstep.connectors.calendar.ics_merge import merged
from doorstep.connectors.calendar.ics_reader import UnreadableCalendar, read_events
from tests.unit.connectors.calendar.ics_lines import components
from tests.unit.connectors.calendar.test_ics import EVENT, HOUR, UID, properties

LATER = replace(
    EVENT,
    sequence=4,
    starts_at=EVENT.starts_at + HOUR,
    ends_at=EVENT.ends_at + HOUR,
    text="Arrival: 11:00–13:00",
    place=None,
)


def as_its_user_left_it(*lines: str, event: bytes | None = None) -> bytes:
    """The stored event with lines put before its end."""
    content = event or stored_object(EVENT, uid=UID)
    return content.replace(b"END:VEVENT", "\r\n".join((*lines, "END:VEVENT")).encode())


def changed(content: bytes, old: str, new: str) -> bytes:
    assert old.encode() in content
    return content.replace(old.encode(), new.encode())


# --- Merging -----------------------------------------------------------------------------------


def test_our_fields_are_as_if_written_anew() -> None:
    content = merged(stored_object(EVENT, uid=UID), LATER, uid=UID)

    assert properties(content) == properties(stored_object(LATER, uid=UID))


def test_what_its_user_added_is_kept() -> None:
    theirs = as_its_user_left_it(
        "CATEGORIES:Blue,Errands",
        "COLOR:teal",
        "COMMENT:take the ladder\\, please",
        'X-THEIRS;NOTE="a;b":1\\,2',
        "CLASS:CONFIDENTIAL",
    )

    after = properties(merged(theirs, LATER, uid=UID))

    assert after["CATEGORIES"] == "Blue,Errands"
    assert after["COLOR"] == "teal"
    assert after["COMMENT"] == r"take the ladder\, please"
    assert after["X-THEIRS"] == r"1\,2"
    assert after["CLASS"] == "CONFIDENTIAL"


def test_what_its_user_made_of_our_time_is_taken_back() -> None:
    theirs = changed(
        as_its_user_left_it("RRULE:FREQ=DAILY", "EXDATE:20261127T100000Z"),
        "DTEND:20261126T113000Z",
        "DURATION:PT4H",
    )

    after = properties(merged(theirs, LATER, uid=UID))

    assert after["DTEND"] == "20261126T123000Z"
    assert not after.keys() & {"DURATION", "RRULE", "EXDATE"}


def test_exceptions_go_with_the_repetition_they_belonged_to() -> None:
    exception = (
        f"BEGIN:VEVENT\r\nUID:{UID}\r\nRECURRENCE-ID:20261127T100000Z\r\n"
        "DTSTART:20261127T150000Z\r\nEND:VEVENT\r\nEND:VCALENDAR"
    )
    theirs = changed(as_its_user_left_it("RRULE:FREQ=DAILY"), "END:VCALENDAR", exception)

    assert len(components(merged(theirs, LATER, uid=UID), "VEVENT")) == 1


def test_a_second_version_of_our_text_does_not_stay_behind() -> None:
    theirs = as_its_user_left_it("X-ALT-DESC;FMTTYPE=text/html:<p>10:00–12:00</p>")

    assert b"X-ALT-DESC" not in merged(theirs, LATER, uid=UID)


def test_no_method_stays_in_a_stored_event() -> None:
    theirs = changed(stored_object(EVENT, uid=UID), "VERSION:2.0", "VERSION:2.0\r\nMETHOD:PUBLISH")

    assert b"METHOD" not in merged(theirs, LATER, uid=UID)


@pytest.mark.parametrize(("there", "after"), [(3, 4), (4, 4), (9, 10)])
def test_our_sequence_is_never_the_older_one(there: int, after: int) -> None:
    theirs = changed(stored_object(EVENT, uid=UID), "SEQUENCE:3", f"SEQUENCE:{there}")

    assert properties(merged(theirs, LATER, uid=UID))["SEQUENCE"] == str(after)


def test_an_event_that_is_not_there_is_written() -> None:
    theirs = stored_object(EVENT, uid="another@example.com")

    assert merged(theirs, LATER, uid=UID) == stored_object(LATER, uid=UID)


def test_a_merge_may_be_repeated() -> None:
    once = merged(as_its_user_left_it("COLOR:teal"), LATER, uid=UID)

    assert merged(once, LATER, uid=UID) == once


# --- Alarms ------------------------------------------------------------------------------------

BELL = ("BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT5M", "END:VALARM")


def triggers(content: bytes) -> list[str]:
    return [alarm["TRIGGER"].value for alarm in components(content, "VALARM")]


def with_reminder(minutes: int | None) -> bytes:
    return stored_object(replace(EVENT, reminder_minutes=minutes), uid=UID)


def merge_reminder(content: bytes, minutes: int | None) -> list[str]:
    return triggers(merged(content, replace(LATER, reminder_minutes=minutes), uid=UID))


def test_a_bell_of_theirs_stays_beside_ours() -> None:
    theirs = as_its_user_left_it(*BELL, event=with_reminder(30))

    assert sorted(merge_reminder(theirs, 30)) == ["-PT30M", "-PT5M"]


def test_a_reminder_they_removed_stays_removed() -> None:
    content = with_reminder(30)
    start, end = content.index(b"BEGIN:VALARM"), content.index(b"END:VALARM\r\n")
    theirs = content[:start] + content[end + len(b"END:VALARM\r\n") :]

    assert merge_reminder(theirs, 30) == []


def test_a_reminder_they_moved_stays_where_it_is() -> None:
    theirs = changed(with_reminder(30), "TRIGGER:-PT30M", "TRIGGER:-PT2H")

    assert merge_reminder(theirs, 30) == ["-PT2H"]
    assert merge_reminder(theirs, 60) == ["-PT2H"]


def test_our_reminder_follows_the_setting() -> None:
    assert merge_reminder(with_reminder(30), 60) == ["-PT1H"]
    assert merge_reminder(with_reminder(30), None) == []
    assert merge_reminder(with_reminder(None), 60) == ["-PT1H"]


def test_a_visit_canceled_rings_only_their_bell() -> None:
    theirs = as_its_user_left_it(*BELL, event=with_reminder(30))

    event = replace(LATER, reminder_minutes=30, is_canceled=True)

    assert triggers(merged(theirs, event, uid=UID)) == ["-PT5M"]


# --- Reading -----------------------------------------------------------------------------------


def test_what_was_written_is_read_back() -> None:
    content = feed(
        [(UID, EVENT), ("b", replace(LATER, reference="", is_busy=False, is_canceled=True))],
        name="Visits",
        refresh_every=HOUR,
    )

    first, second = read_events(content)

    assert (first.uid, first.sequence) == (UID, 3)
    assert (first.reference, first.generation) == ("7c1b7c0e", 2)
    assert (first.title, first.place_name) == (EVENT.title, "12 Deansgate, Manchester")
    assert (first.starts_at, first.ends_at) == (EVENT.starts_at, EVENT.ends_at)
    assert (first.is_busy, first.is_canceled) == (True, False)
    assert (second.reference, second.place_name) == ("", "")
    assert (second.is_busy, second.is_canceled) == (False, True)


@pytest.mark.parametrize(
    ("start", "length", "from_to"),
    [
        ("DTSTART;TZID=Europe/Berlin:20261126T110000", "DURATION:PT1H30M", ("10:00", "11:30")),
        ("DTSTART;TZID=Romance Standard Time:20261126T110000", "DURATION:PT1H", ("10:00", "11:00")),
        ("DTSTART:20261126T110000", "DTEND:20261126T120000", ("02:00", "03:00")),
        ("DTSTART;TZID=Nowhere:20261126T110000", "DTEND:20261126T120000Z", ("02:00", "12:00")),
        ("DTSTART:20261126T100000Z", "X-A:1", ("10:00", "10:00")),
    ],
)
def test_times_are_read_however_they_are_written(
    start: str, length: str, from_to: tuple[str, str]
) -> None:
    content = changed(stored_object(EVENT, uid=UID), "DTSTART:20261126T100000Z", start)
    content = changed(content, "DTEND:20261126T113000Z", length)

    (event,) = read_events(content, zone=ZoneInfo("Asia/Tokyo"))

    assert (f"{event.starts_at:%H:%M}", f"{event.ends_at:%H:%M}") == from_to


def test_a_whole_day_spans_the_day_at_its_place() -> None:
    content = changed(
        stored_object(EVENT, uid=UID), "DTSTART:20261126T100000Z", "DTSTART;VALUE=DATE:20261025"
    )
    content = changed(content, "DTEND:20261126T113000Z\r\n", "")

    (event,) = read_events(content, zone=ZoneInfo("Europe/Berlin"))

    assert event.starts_at == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 10, 25, 23, tzinfo=UTC)  # a day of 25 hours


def test_an_event_whose_mark_was_edited_is_not_ours() -> None:
    content = changed(stored_object(EVENT, uid=UID), "7c1b7c0e 2", "7c1b7c0e")

    (event,) = read_events(content)

    assert event.reference == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Sign in</html>",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ],
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableCalendar):
        read_events(content)
