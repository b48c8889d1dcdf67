"""What another program reads of what we wrote: the caldav library, on a real Radicale."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.connectors.calendar.caldav_world import PASSWORD, CaldavWorld
from tests.unit.connectors.calendar.worlds import EVENT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the library and what it brings, on import
    import caldav


@pytest.fixture
def world() -> Iterator[CaldavWorld]:
    world = CaldavWorld()
    with world.running():
        yield world


def read(world: CaldavWorld, from_at: datetime, to_at: datetime) -> list[Any]:
    """The events another program finds in this time, found by its own discovery."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with caldav.DAVClient(
            url=world.radicale.url, username=world.user, password=PASSWORD
        ) as client:
            calendars = client.principal().calendars()
            (calendar,) = [each for each in calendars if "zoe" in str(each.url)]
            found = calendar.search(start=from_at, end=to_at, event=True, expand=False)
            return [each.icalendar_component for each in found]


@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Europe/Berlin", "2026-10-25T02:30"),
        ("Europe/Berlin", "2027-03-28T01:30"),
        ("America/New_York", "2026-11-01T01:30"),
        ("Australia/Lord_Howe", "2027-04-04T01:45"),
        ("Asia/Kathmandu", "2026-11-23T00:15"),
        ("America/St_Johns", "2027-03-14T01:59"),
    ],
)
@pytest.mark.parametrize("fold", [0, 1])
def test_another_program_reads_the_same_instants(
    world: CaldavWorld, zone: str, local: str, fold: int
) -> None:
    starts_at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    ends_at = (starts_at.astimezone(UTC) + timedelta(hours=2)).astimezone(ZoneInfo(zone))
    world.open().create(replace(EVENT, starts_at=starts_at, ends_at=ends_at))

    at = starts_at.astimezone(UTC)
    (event,) = read(world, at + timedelta(minutes=5), at + timedelta(minutes=10))

    assert event["DTSTART"].dt == at
    assert event["DTEND"].dt == at + timedelta(hours=2)


@pytest.mark.parametrize(
    "text",
    [
        "Größe prüfen; Ærø, links \\ rechts\n\nزيارة\n工事 🛠️\n",
        "a" * 74 + "ü" + "b" * 200 + "\n",
        "BEGIN:VALARM\nEND:VEVENT\nATTENDEE:mailto:x@example.com\n",
        "100 %, a:b;c=d \"quoted\" 'single' <b>&amp;\n",
    ],
)
def test_another_program_reads_the_same_text(world: CaldavWorld, text: str) -> None:
    title = text.splitlines()[0]
    assert EVENT.place
    place = replace(EVENT.place, name=title)

    world.open().create(replace(EVENT, title=title, text=text, place=place))

    (event,) = read(world, EVENT.starts_at, EVENT.ends_at)
    assert (event["SUMMARY"], event["LOCATION"]) == (title, title)
    assert event["DESCRIPTION"] == text
    assert "ATTENDEE" not in event


def test_another_program_sees_the_change_and_the_reminder(world: CaldavWorld) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    calendar.update(
        replace(EVENT, sequence=1, reminder_minutes=45, is_canceled=False, title="Moved"), written
    )

    (event,) = read(world, EVENT.starts_at, EVENT.ends_at)

    (alarm,) = event.walk("VALARM")
    assert (event["SUMMARY"], event["SEQUENCE"], event["STATUS"]) == ("Moved", 1, "CONFIRMED")
    assert alarm["TRIGGER"].dt == -timedelta(minutes=45)
    assert (event["GEO"].latitude, event["PRIORITY"]) == (53.48, 1)
    assert event["URL"] == EVENT.url


def test_another_program_sees_a_visit_that_was_canceled_and_kept(world: CaldavWorld) -> None:
    calendar = world.open()
    canceled = replace(EVENT, sequence=1, is_canceled=True, is_busy=False)
    calendar.update(canceled, calendar.create(EVENT))

    (event,) = read(world, EVENT.starts_at, EVENT.ends_at)

    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert not event.walk("VALARM")
