"""What every calendar connector promises, each tried with its server. See worlds.py to add one."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
    describe,
)
from doorstep.connectors.calendar.base import (
    CalendarEvent,
    Change,
    EventGone,
    Importance,
    MailboxCalendar,
    MailboxRefused,
    Removal,
    WritesMany,
    WrittenEvent,
)
from doorstep.connectors.registry import CALENDAR, connector_class
from tests.unit.connectors.calendar.worlds import EVENT, NOW, WINDOW, WORLDS, Trouble, World
from tests.unit.connectors.calendar.worlds import make_world as make

HOUR = timedelta(hours=1)
LATER = replace(
    EVENT,
    sequence=1,
    title="WO-000123 Boiler service, moved",
    text="Moved to the afternoon\n",
    starts_at=EVENT.starts_at + 4 * HOUR,
    ends_at=EVENT.ends_at + 4 * HOUR,
    changed_at=NOW + HOUR,
)


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    world = make(request.param)
    with world.running():
        yield world


def put_in_trouble(world: World, trouble: Trouble) -> None:
    if trouble in world.impossible:
        pytest.skip(world.impossible[trouble])
    world.trouble(trouble)


def another(number: int) -> CalendarEvent:
    """One of many visits, half an hour each, one after the other."""
    starts_at = NOW + number * timedelta(minutes=30)
    return replace(
        EVENT,
        reference=f"visit-{number}",
        title=f"WO-{number:06}",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
    )


def test_every_calendar_of_the_registry_is_in_the_suite() -> None:
    assert set(CALENDAR) <= {name.partition("-")[0] for name in WORLDS}


# --- Create ----------------------------------------------------------------------------------


def test_a_created_event_is_read_back(world: World) -> None:
    calendar = world.open()

    written = calendar.create(EVENT)

    found = calendar.read(written)
    assert found is not None
    assert (found.reference, found.generation) == (EVENT.reference, 1)
    assert (found.title, found.place_name) == (EVENT.title, "5 Mill Lane, Manchester")
    assert (found.starts_at, found.ends_at) == (EVENT.starts_at, EVENT.ends_at)
    assert found.is_busy
    assert found.is_ours


def test_everything_we_know_arrives(world: World) -> None:
    world.open().create(EVENT)

    (stored,) = world.events()
    assert (stored.title, stored.place_name) == (EVENT.title, "5 Mill Lane, Manchester")
    assert EVENT.text.strip() in stored.text.replace("\r\n", "\n")
    assert stored.is_private
    assert stored.reminder_minutes == 30
    if "importance" not in world.lacks:
        assert stored.importance is Importance.HIGH
    if "latitude" not in world.lacks:
        assert stored.latitude == pytest.approx(53.48)


def test_an_event_needs_no_place_and_no_reminder(world: World) -> None:
    world.open().create(
        replace(EVENT, place=None, reminder_minutes=None, is_private=False, url="", text="")
    )

    (stored,) = world.events()
    assert (stored.place_name, stored.reminder_minutes, stored.is_private) == ("", None, False)


def test_a_repeated_create_makes_no_second_event(world: World) -> None:
    calendar = world.open()

    first = calendar.create(EVENT)
    again = calendar.create(EVENT)

    assert again.remote_id == first.remote_id
    assert len(world.events()) == 1


def test_a_repeated_create_with_new_content_brings_the_event_up_to_date(world: World) -> None:
    first = world.open().create(EVENT)

    again = world.open().create(LATER)

    (stored,) = world.events()
    assert again.remote_id == first.remote_id
    assert (stored.title, stored.starts_at) == (LATER.title, LATER.starts_at)


@pytest.mark.parametrize("repeated", [EVENT, LATER], ids=["same", "changed"])
def test_a_create_whose_answer_was_lost_may_be_repeated(
    world: World, repeated: CalendarEvent
) -> None:
    put_in_trouble(world, Trouble.DONE_THEN_DROPPED)
    with pytest.raises((UnknownOutcome, TemporaryFailure)):
        world.open().create(EVENT)
    assert len(world.events()) == 1

    written = world.open().create(repeated)

    (stored,) = world.events()
    assert (stored.title, stored.starts_at) == (repeated.title, repeated.starts_at)
    assert world.open().read(written) is not None


def test_the_next_generation_is_a_new_event_after_the_user_deleted_the_old(world: World) -> None:
    calendar = world.open()
    old = calendar.create(EVENT)
    world.user_deletes(old)

    new = calendar.create(replace(EVENT, generation=2))

    found = calendar.read(new)
    assert found is not None
    assert found.generation == 2
    assert len(world.events()) == 1


# --- Update ----------------------------------------------------------------------------------


def test_an_update_brings_every_field_up_to_date(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    assert EVENT.place
    place = replace(EVENT.place, name="7 Hill Road, Salford", latitude=53.49)
    changed = replace(
        LATER, place=place, importance=Importance.LOW, is_private=False, reminder_minutes=None
    )

    calendar.update(changed, written)

    (stored,) = world.events()
    assert (stored.title, stored.starts_at, stored.ends_at) == (
        changed.title,
        changed.starts_at,
        changed.ends_at,
    )
    assert "Moved to the afternoon" in stored.text
    assert "second floor" not in stored.text
    assert stored.place_name == place.name
    assert (stored.is_private, stored.reminder_minutes) == (False, None)
    if "importance" not in world.lacks:
        assert stored.importance is Importance.LOW
    if "latitude" not in world.lacks:
        assert stored.latitude == pytest.approx(53.49)


def test_an_update_may_be_repeated(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    calendar.update(LATER, written)
    calendar.update(LATER, written)

    (stored,) = world.events()
    assert stored.starts_at == LATER.starts_at


def test_an_update_of_a_place_that_is_no_more_empties_it(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    calendar.update(replace(LATER, place=None), written)

    assert [stored.place_name for stored in world.events()] == [""]


def test_an_event_the_user_deleted_is_not_updated(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    world.user_deletes(written)

    with pytest.raises(EventGone):
        calendar.update(LATER, written)

    assert world.events() == []


def test_what_the_user_added_survives_an_update(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    world.user_decorates(written)

    calendar.update(LATER, written)

    assert world.is_decorated()
    assert [stored.title for stored in world.events()] == [LATER.title]


def test_what_the_user_changed_of_ours_is_overwritten_by_our_next_update(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    world.user_renames(written, "Lunch")
    world.user_drags(written, by=HOUR)

    renewed = calendar.update(LATER, written)

    assert calendar.read(renewed) is not None
    (stored,) = world.events()
    assert (stored.title, stored.starts_at) == (LATER.title, LATER.starts_at)


def test_a_canceled_visit_that_is_kept_takes_no_time(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    calendar.update(replace(LATER, is_canceled=True, is_busy=False), written)

    assert [stored.is_busy for stored in world.events()] == [False]
    assert not calendar.busy_times(*WINDOW)


# --- Remove ----------------------------------------------------------------------------------


def test_an_event_is_removed(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    assert calendar.remove(written, reference=EVENT.reference) is Removal.REMOVED

    assert world.events() == []
    assert calendar.read(written) is None


def test_a_second_removal_finds_nothing(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    calendar.remove(written, reference=EVENT.reference)

    assert calendar.remove(written, reference=EVENT.reference) is Removal.ALREADY_GONE


def test_removing_what_the_user_deleted_finds_nothing(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    world.user_deletes(written)

    assert calendar.remove(written, reference=EVENT.reference) is Removal.ALREADY_GONE


def test_a_removal_does_not_mind_what_the_user_changed(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    world.user_drags(written, by=HOUR)

    assert calendar.remove(written, reference=EVENT.reference) is Removal.REMOVED
    assert world.events() == []


def test_an_event_without_our_mark_is_left_alone(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    world.user_strips_our_mark(written)

    assert calendar.remove(written, reference=EVENT.reference) is Removal.NOT_OURS

    assert len(world.events()) == 1


def test_an_event_of_another_visit_is_left_alone(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    assert calendar.remove(written, reference="another visit") is Removal.NOT_OURS

    assert len(world.events()) == 1


def test_a_removal_whose_answer_was_lost_may_be_repeated(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    put_in_trouble(world, Trouble.DONE_THEN_DROPPED)
    with pytest.raises((UnknownOutcome, TemporaryFailure)):
        calendar.remove(written, reference=EVENT.reference)

    assert calendar.remove(written, reference=EVENT.reference) is Removal.ALREADY_GONE


# --- Read ------------------------------------------------------------------------------------


def test_an_event_the_user_deleted_is_not_found(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    world.user_deletes(written)

    assert calendar.read(written) is None


def test_an_event_is_read_as_its_user_left_it(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    world.user_renames(written, "Lunch")
    world.user_drags(written, by=2 * HOUR)

    (found,) = calendar.list_ours(*WINDOW)

    assert (found.title, found.starts_at) == ("Lunch", EVENT.starts_at + 2 * HOUR)


def test_an_event_without_our_mark_is_not_ours(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    world.user_strips_our_mark(written)

    found = calendar.read(written)
    assert found is not None
    assert not found.is_ours


def test_reading_what_was_never_there_finds_nothing(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    calendar.remove(written, reference=EVENT.reference)

    assert calendar.read(WrittenEvent(written.remote_id)) is None


def test_a_list_has_all_of_ours_and_nothing_else(world: World) -> None:
    calendar = world.open()
    for number in range(world.more_than_a_page):
        calendar.create(another(number))
    world.user_adds("Dentist", NOW + HOUR, NOW + 2 * HOUR)

    found = calendar.list_ours(*WINDOW)

    assert sorted(event.reference for event in found) == sorted(
        f"visit-{number}" for number in range(world.more_than_a_page)
    )
    assert all(event.is_ours for event in found)


def test_what_is_listed_bears_the_ids_it_was_written_under(world: World) -> None:
    """Or whoever reads back takes each event for a second copy of itself."""
    calendar = world.open()
    written = [calendar.create(another(number)) for number in range(3)]

    found = calendar.list_ours(*WINDOW)

    assert sorted(each.written.remote_id for each in found) == sorted(
        each.remote_id for each in written
    )


def test_a_list_ends_where_its_window_ends(world: World) -> None:
    calendar = world.open()
    for number in range(4):
        calendar.create(another(number))

    half_hour = timedelta(minutes=30)
    found = calendar.list_ours(NOW + half_hour, NOW + 3 * half_hour)

    assert sorted(event.reference for event in found) == ["visit-1", "visit-2"]


def test_a_list_has_what_only_touches_the_window(world: World) -> None:
    calendar = world.open()
    calendar.create(EVENT)

    middle = EVENT.starts_at + timedelta(minutes=45)

    assert len(calendar.list_ours(middle, middle + timedelta(minutes=1))) == 1


def test_a_list_leaves_out_what_the_user_deleted(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)

    world.user_deletes(written)

    assert not calendar.list_ours(*WINDOW)


# --- Busy times ------------------------------------------------------------------------------


def test_busy_times_are_those_of_all_events_that_take_time(world: World) -> None:
    calendar = world.open()
    calendar.create(EVENT)
    world.user_adds("Dentist", NOW + 6 * HOUR, NOW + 7 * HOUR)
    world.user_adds("Birthday", NOW + 8 * HOUR, NOW + 9 * HOUR, is_busy=False)

    taken: set[datetime] = set()
    for busy in calendar.busy_times(*WINDOW):
        assert (busy.starts_at.utcoffset(), busy.ends_at.utcoffset()) == (timedelta(0),) * 2
        at = busy.starts_at
        while at < busy.ends_at:
            taken.add(at)
            at += timedelta(minutes=15)

    quarters = timedelta(minutes=15)
    assert taken == {EVENT.starts_at + number * quarters for number in range(6)} | {
        NOW + 6 * HOUR + number * quarters for number in range(4)
    }


def test_nobody_is_taken_in_an_empty_calendar(world: World) -> None:
    assert not world.open().busy_times(*WINDOW)


# --- Texts and times -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    ["Größe prüfen bei Ærø & Söhne", "تغيير المرشح", "工事 🛠️", "a,b;c\\d\"e'f<g>&amp;", "x" * 250],
)
def test_any_text_arrives(world: World, title: str) -> None:
    assert EVENT.place
    event = replace(EVENT, title=title, place=replace(EVENT.place, name=title))
    calendar = world.open()

    found = calendar.read(calendar.create(event))

    assert found is not None
    assert (found.title, found.place_name) == (title, title)


def test_long_texts_arrive_with_their_lines(world: World) -> None:
    lines = [
        f"{number}. Größe <b>prüfen</b> & messen, dann; weiter \\ ende" for number in range(300)
    ]

    world.open().create(replace(EVENT, text="\n".join(lines) + "\n"))

    (stored,) = world.events()
    text = stored.text.replace("\r\n", "\n")
    assert [line for line in text.split("\n") if "prüfen" in line] == lines


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
def test_instants_come_back_equal_on_days_the_clocks_change(
    world: World, zone: str, local: str, fold: int
) -> None:
    starts_at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    # Python adds to the clock on the wall; the visit lasts that long in truth.
    ends_at = (starts_at.astimezone(UTC) + 2 * HOUR).astimezone(ZoneInfo(zone))
    calendar = world.open()

    found = calendar.read(calendar.create(replace(EVENT, starts_at=starts_at, ends_at=ends_at)))

    assert found is not None
    assert found.starts_at.astimezone(UTC) == starts_at.astimezone(UTC)
    assert found.ends_at - found.starts_at == 2 * HOUR


def test_there_are_never_attendees(world: World) -> None:
    calendar = world.open()
    written = calendar.create(EVENT)
    calendar.update(LATER, written)

    assert [stored.attendees for stored in world.events()] == [0]


# --- Trouble ---------------------------------------------------------------------------------


def try_everything(calendar: MailboxCalendar, written: WrittenEvent) -> Iterator[ConnectorError]:
    """Each call's error, all of which must be of our family."""
    calls = (
        lambda: calendar.create(replace(EVENT, reference="new")),
        lambda: calendar.update(LATER, written),
        lambda: calendar.remove(written, reference=EVENT.reference),
        lambda: calendar.read(written),
        lambda: calendar.list_ours(*WINDOW),
        lambda: calendar.busy_times(*WINDOW),
        calendar.check,
    )
    for call in calls:
        with pytest.raises(ConnectorError) as caught:
            call()
        yield caught.value


@pytest.mark.parametrize(
    ("trouble", "least", "most"),
    [(Trouble.THROTTLED_SECONDS, 7, 7), (Trouble.THROTTLED_DATE, 25, 31)],
)
def test_a_throttled_call_says_how_long_to_wait_and_asks_once(
    world: World, trouble: Trouble, least: float, most: float
) -> None:
    written = world.open().create(EVENT)
    put_in_trouble(world, trouble)
    calendar = world.open()

    for error in try_everything(calendar, written):
        assert isinstance(error, TemporaryFailure)
        assert error.retry_after_s is not None
        assert least <= error.retry_after_s <= most


def test_a_throttled_create_is_not_asked_again_at_once(world: World) -> None:
    calendar = world.open()
    calendar.create(another(0))
    put_in_trouble(world, Trouble.THROTTLED_SECONDS)
    before = world.requests()

    with pytest.raises(TemporaryFailure):
        calendar.create(EVENT)

    assert world.requests() == before + 1


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.GARBAGE])
def test_a_server_out_of_order_is_worth_another_try(world: World, trouble: Trouble) -> None:
    written = world.open().create(EVENT)
    put_in_trouble(world, trouble)

    for error in try_everything(world.open(), written):
        assert isinstance(error, TemporaryFailure | UnknownOutcome)
        assert not isinstance(error, CredentialsRefused)


@pytest.mark.parametrize("trouble", [Trouble.UNKNOWN_USER, Trouble.NO_RIGHT])
def test_a_calendar_we_cannot_use_is_no_matter_of_the_account(
    world: World, trouble: Trouble
) -> None:
    written = world.open().create(EVENT)
    put_in_trouble(world, trouble)

    for error in try_everything(world.open(), written):
        assert isinstance(error, MailboxRefused)
        assert len(error.text.split()) > 5
        assert error.text.endswith((".", ")"))


def test_a_full_calendar_is_no_matter_of_the_account(world: World) -> None:
    put_in_trouble(world, Trouble.FULL)

    with pytest.raises(MailboxRefused) as caught:
        world.open().create(EVENT)

    assert caught.value.heals
    assert len(caught.value.text.split()) > 5


def test_a_wrong_secret_is_a_matter_of_the_account(world: World) -> None:
    written = world.open().create(EVENT)
    put_in_trouble(world, Trouble.SECRET_WRONG)

    for error in try_everything(world.open(), written):
        assert isinstance(error, CredentialsRefused)
        assert error.is_for_account


@pytest.mark.parametrize(
    "trouble", [Trouble.DOWN, Trouble.NO_RIGHT, Trouble.SECRET_WRONG, Trouble.GARBAGE]
)
def test_neither_secrets_nor_texts_are_told(
    world: World, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    written = world.open().create(EVENT)
    put_in_trouble(world, trouble)

    seen = "".join(repr(error) + str(error) for error in try_everything(world.open(), written))

    for hidden in (*world.secrets(), "second floor", "Moved to the afternoon"):
        assert hidden not in seen + caplog.text


def test_a_check_says_what_was_found(world: World) -> None:
    said = world.open().check()

    assert said.endswith(".")
    assert len(said.split()) > 3
    assert world.events() == []


# --- Several at once -------------------------------------------------------------------------


def test_several_writes_at_once_have_each_its_own_result(world: World) -> None:
    calendar = world.open()
    if not isinstance(calendar, WritesMany):
        pytest.skip("this service takes one write at a time")
    kept, gone = calendar.create(another(0)), calendar.create(another(1))
    world.user_deletes(gone)
    moved = replace(another(0), title="Moved")

    results = calendar.write_many(
        [Change(moved, kept), Change(another(1), gone), Change(another(2), None)]
    )

    assert isinstance(results[0], WrittenEvent)
    assert isinstance(results[1], EventGone)
    assert isinstance(results[2], WrittenEvent)
    assert [stored.title for stored in world.events()] == ["Moved", "WO-000002"]


def test_several_writes_may_be_repeated(world: World) -> None:
    calendar = world.open()
    if not isinstance(calendar, WritesMany):
        pytest.skip("this service takes one write at a time")
    changes = [Change(another(number), None) for number in range(4)]

    first = calendar.write_many(changes)
    changes[1] = Change(replace(another(1), title="Changed"), None)
    again = calendar.write_many(changes)

    assert [written.remote_id for written in again if isinstance(written, WrittenEvent)] == [
        written.remote_id for written in first if isinstance(written, WrittenEvent)
    ]
    titles = [stored.title for stored in world.events()]
    assert titles == ["WO-000000", "Changed", "WO-000002", "WO-000003"]


@pytest.mark.parametrize("name", CALENDAR)
def test_secrets_are_marked(name: str) -> None:
    for described in describe(connector_class("calendar", name).settings_class):
        hides = any(word in described.name for word in ("password", "secret", "key", "certificate"))
        assert described.is_secret == hides


def test_no_service_takes_what_never_can_be(world: World) -> None:
    upside_down = replace(EVENT, ends_at=EVENT.starts_at - HOUR)

    with pytest.raises(PermanentFailure):
        world.open().create(upside_down)

    assert world.events() == []
