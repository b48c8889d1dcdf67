"""What we write as iCalendar text, held against a reader that knows only the RFC."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from doorstep.connectors.calendar.base import CalendarEvent, Importance, Place
from doorstep.connectors.calendar.ics import feed, one_line, plain, published, stored_object
from tests.unit.connectors.calendar.ics_lines import components, content_lines, unescaped

EVENT = CalendarEvent(
    reference="7c1b7c0e",
    generation=2,
    sequence=3,
    title="WO-000123 · Boiler service",
    text="Arrival: 10:00–12:00\nAccount: Smith, Jones; Sons",
    starts_at=datetime(2026, 11, 26, 10, tzinfo=UTC),
    ends_at=datetime(2026, 11, 26, 11, 30, tzinfo=UTC),
    changed_at=datetime(2026, 11, 23, 9, 0, 7, 123456, tzinfo=UTC),
    place=Place("12 Deansgate, Manchester", latitude=53.4794, longitude=-2.2453),
    url="https://book.example.com/technician/visits/1/",
)
UID = "7c1b7c0e@book.example.com"
HOUR = timedelta(hours=1)

# Signs that break careless writers, among any others.
nasty = st.text(
    st.one_of(
        st.sampled_from(list('\\;,:"\n\r\t\x00\x07\x0b\x0c\x1c\x7f\x85\u2028\u2029\ufeffnN ')),
        st.sampled_from(list("üéß漢字שלוםمرحبا\u202e😀👩‍🔧")),
        st.characters(),
    ),
    max_size=200,
)


def properties(content: bytes) -> dict[str, Any]:
    (event,) = components(content, "VEVENT")
    return {name: line.value for name, line in event.items()}


@given(nasty, nasty, nasty)
def test_any_text_arrives_as_it_was(title: str, text: str, place: str) -> None:
    event = replace(EVENT, title=title, text=text, place=Place(place))

    values = properties(stored_object(event, uid=UID))

    assert unescaped(values["SUMMARY"]) == one_line(title)
    assert unescaped(values.get("DESCRIPTION", "")) == plain(text)
    assert unescaped(values.get("LOCATION", "")) == one_line(place)


@given(nasty, nasty)
def test_text_cannot_bring_properties(title: str, url: str) -> None:
    event = replace(EVENT, title=title, url=f"https://x/{url}")

    assert set(properties(stored_object(event, uid=UID))) == set(
        properties(stored_object(EVENT, uid=UID))
    )


@given(nasty)
def test_other_readers_find_the_same_text(text: str) -> None:
    content = stored_object(replace(EVENT, text=f"-{text}-"), uid=UID).decode()

    assert vobject.readOne(content).vevent.description.value == plain(f"-{text}-")


def test_a_path_of_windows_keeps_its_signs() -> None:
    values = properties(stored_object(replace(EVENT, text=r"C:\New\notes"), uid=UID))

    assert values["DESCRIPTION"] == r"C:\\New\\notes"


def test_the_event_says_all_of_the_visit() -> None:
    assert properties(stored_object(EVENT, uid=UID)) == {
        "UID": UID,
        "SEQUENCE": "3",
        "DTSTAMP": "20261123T090007Z",
        "LAST-MODIFIED": "20261123T090007Z",
        "DTSTART": "20261126T100000Z",
        "DTEND": "20261126T113000Z",
        "SUMMARY": "WO-000123 · Boiler service",
        "DESCRIPTION": r"Arrival: 10:00–12:00\nAccount: Smith\, Jones\; Sons",
        "LOCATION": r"12 Deansgate\, Manchester",
        "GEO": "53.479400;-2.245300",
        "URL": "https://book.example.com/technician/visits/1/",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "PRIORITY": "5",
        "X-DOORSTEP-REFERENCE": "7c1b7c0e 2",
    }


def test_a_place_on_the_equator_has_a_number_others_read() -> None:
    event = replace(EVENT, place=Place("São Tomé", latitude=0.000001, longitude=0.0))

    assert properties(stored_object(event, uid=UID))["GEO"] == "0.000001;0.000000"


def test_a_canceled_visit_is_canceled_free_and_rings_no_bell() -> None:
    event = replace(EVENT, is_canceled=True, is_busy=False, reminder_minutes=30)

    content = stored_object(event, uid=UID)

    assert properties(content)["STATUS"] == "CANCELLED"
    assert properties(content)["TRANSP"] == "TRANSPARENT"
    assert not components(content, "VALARM")


@pytest.mark.parametrize(
    ("importance", "priority"),
    [(Importance.HIGH, "1"), (Importance.NORMAL, "5"), (Importance.LOW, "9")],
)
def test_importance_is_a_priority(importance: Importance, priority: str) -> None:
    event = replace(EVENT, importance=importance)

    assert properties(stored_object(event, uid=UID))["PRIORITY"] == priority


def test_a_private_event_says_so() -> None:
    assert properties(stored_object(replace(EVENT, is_private=True), uid=UID))["CLASS"] == "PRIVATE"


def test_a_reminder_rings_before_the_visit() -> None:
    content = stored_object(replace(EVENT, reminder_minutes=90), uid=UID)

    (alarm,) = components(content, "VALARM")
    assert (alarm["ACTION"].value, alarm["TRIGGER"].value) == ("DISPLAY", "-PT1H30M")


def test_what_a_server_stores_asks_nobody_anything() -> None:
    names = {line.name for line in content_lines(stored_object(EVENT, uid=UID))}

    assert not names & {"METHOD", "ORGANIZER", "ATTENDEE"}


def test_times_of_any_zone_are_written_in_utc() -> None:
    local = datetime.fromisoformat("2026-10-25T02:30:00+01:00")  # the double hour in Berlin

    values = properties(stored_object(replace(EVENT, starts_at=local), uid=UID))

    assert values["DTSTART"] == "20261025T013000Z"


def test_a_feed_names_itself_and_says_when_to_come_again() -> None:
    content = feed([(UID, EVENT)], name="Visits; Ana, Müller\n", refresh_every=HOUR)

    (calendar,) = components(content, "VCALENDAR")
    assert calendar["VERSION"].value == "2.0"
    assert calendar["X-WR-CALNAME"].value == calendar["NAME"].value == r"Visits\; Ana\, Müller"
    refresh = calendar["REFRESH-INTERVAL"]
    assert (refresh.parameters, refresh.value) == ("VALUE=DURATION", "PT1H")
    assert calendar["X-PUBLISHED-TTL"].value == "PT1H"
    assert "METHOD" not in calendar


def test_equal_events_are_equal_bytes() -> None:
    once = feed([(UID, EVENT)], name="Visits", refresh_every=HOUR)

    assert feed([(UID, EVENT)], name="Visits", refresh_every=HOUR) == once


def test_a_feed_without_visits_is_still_a_calendar() -> None:
    content = feed([], name="Visits", refresh_every=HOUR)

    assert components(content, "VTIMEZONE")
    assert not Calendar.from_ical(content).walk("VEVENT")


def test_a_file_handed_over_names_its_method_and_organizer() -> None:
    sent_at = datetime(2026, 11, 23, 9, tzinfo=UTC)

    content = published(
        EVENT, uid=UID, method="PUBLISH", organizer="office@example.com", sent_at=sent_at
    )

    (calendar,) = components(content, "VCALENDAR")
    assert calendar["METHOD"].value == "PUBLISH"
    assert properties(content)["ORGANIZER"] == "mailto:office@example.com"
    assert properties(content)["DTSTAMP"] == "20261123T090000Z"
    assert "ATTENDEE" not in properties(content)
