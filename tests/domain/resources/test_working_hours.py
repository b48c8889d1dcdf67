"""What a resource's rules mean on a given day, in ordinary weeks."""

import datetime as dt
from datetime import UTC, date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from doorstep.domain.resources.models import (
    BookableResource,
    BusinessClosure,
    DayHours,
    HoursKind,
    TimeOff,
    TimeOffState,
)
from doorstep.domain.resources.working_hours import working_days
from tests.factories.organization import make_company, make_unit
from tests.factories.resources import make_break, make_hours, make_technician

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
TUESDAY, SATURDAY = date(2026, 11, 24), date(2026, 11, 28)


@pytest.fixture(autouse=True)
def _company() -> None:
    make_company()


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def lanes_on(resource: BookableResource, day: date) -> dict[int, list[tuple[datetime, datetime]]]:
    """Lanes by number, empty on a day off."""
    found = working_days([resource], from_day=day, to_day=day)[resource.pk]
    return {lane.number: list(lane.stretches) for each in found for lane in each.lanes}


def hours_on(resource: BookableResource, day: date) -> list[tuple[int, int]]:
    """Whole hours in UTC of the first lane."""
    return [(start.hour, end.hour) for start, end in lanes_on(resource, day).get(1, [])]


def add_day_hours(resource: BookableResource, day: date, *span: int, **values: object) -> None:
    times = [dt.time(hour) for hour in span] or [None, None]
    DayHours.objects.create(
        resource=resource, day=day, from_time=times[0], to_time=times[1], **values
    )


def test_a_break_parts_the_day() -> None:
    tom = make_technician()

    assert lanes_on(tom, MONDAY) == {
        1: [(utc(MONDAY, 8), utc(MONDAY, 12)), (utc(MONDAY, 12, 30), utc(MONDAY, 17))]
    }


def test_a_weekday_without_a_rule_is_no_working_day() -> None:
    assert lanes_on(make_technician(), SATURDAY) == {}


def test_several_days_come_in_order_with_the_last_included() -> None:
    tom = make_technician()

    found = working_days([tom], from_day=MONDAY, to_day=date(2026, 11, 30))[tom.pk]

    assert [each.day.day for each in found] == [23, 24, 25, 26, 27, 30]


def test_stretches_that_overlap_or_touch_are_one() -> None:
    tom = make_technician(works=False)
    make_hours(tom, dt.time(8), dt.time(12))
    make_hours(tom, dt.time(11), dt.time(14))
    make_hours(tom, dt.time(14), dt.time(16))

    assert hours_on(tom, MONDAY) == [(8, 16)]


def test_hours_are_in_the_zone_of_the_resource() -> None:
    tom = make_technician(time_zone="Europe/Berlin")

    assert hours_on(tom, MONDAY)[0] == (7, 11)


def test_a_resource_without_zone_has_that_of_its_unit() -> None:
    tom = make_technician(organizational_unit=make_unit(time_zone="Europe/Berlin"))

    assert hours_on(tom, MONDAY)[0] == (7, 11)


def test_a_resource_without_zone_and_unit_has_that_of_the_company() -> None:
    make_company(time_zone="Asia/Tokyo")

    assert hours_on(make_technician(), TUESDAY)[0] == (23, 3)


@pytest.mark.parametrize(
    ("first", "last", "works"),
    [(MONDAY, MONDAY, True), (TUESDAY, None, False), (None, date(2026, 11, 22), False)],
)
def test_a_rule_holds_from_its_first_to_its_last_day(
    first: date | None, last: date | None, works: bool
) -> None:
    tom = make_technician(works=False)
    make_hours(tom, valid_from_on=first, valid_to_on=last)

    assert bool(hours_on(tom, MONDAY)) == works


def test_every_second_week_counts_from_the_week_of_the_first_valid_day() -> None:
    tom = make_technician(works=False)
    make_hours(tom, every_weeks=2, valid_from_on=date(2026, 11, 25))  # a Wednesday

    found = working_days([tom], from_day=MONDAY, to_day=date(2026, 12, 11))[tom.pk]

    assert [each.day.isoformat()[5:] for each in found] == [
        "11-25", "11-26", "11-27", "12-07", "12-08", "12-09", "12-10", "12-11",
    ]  # fmt: skip


# --- Nights ------------------------------------------------------------------------------------


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    tom = make_technician(works=False)
    make_hours(tom, dt.time(22), dt.time(6), weekdays=[0])

    assert lanes_on(tom, MONDAY) == {1: [(utc(MONDAY, 22), utc(TUESDAY, 6))]}
    assert lanes_on(tom, TUESDAY) == {}


def test_equal_times_mean_a_day_and_a_night() -> None:
    tom = make_technician(works=False)
    make_hours(tom, dt.time(8), dt.time(8), weekdays=[0])

    assert lanes_on(tom, MONDAY) == {1: [(utc(MONDAY, 8), utc(TUESDAY, 8))]}


def test_the_break_of_a_night_shift_may_lie_after_midnight() -> None:
    tom = make_technician(works=False)
    make_hours(tom, dt.time(22), dt.time(6), weekdays=[0])
    make_break(tom, dt.time(2), dt.time(3), weekdays=[0])

    assert hours_on(tom, MONDAY) == [(22, 2), (3, 6)]


def test_what_a_night_shift_takes_of_the_next_day_is_not_there_twice() -> None:
    tom = make_technician(works=False)
    make_hours(tom, dt.time(22), dt.time(6), weekdays=[0])
    make_hours(tom, dt.time(4), dt.time(12), weekdays=[1])

    assert hours_on(tom, TUESDAY) == [(6, 12)]


# --- Single days, closures, time off -----------------------------------------------------------


def test_the_hours_of_a_single_day_replace_the_weekly_ones_and_their_breaks() -> None:
    tom = make_technician()
    add_day_hours(tom, MONDAY, 10, 14)

    assert hours_on(tom, MONDAY) == [(10, 14)]


def test_a_single_day_may_have_a_break_of_its_own() -> None:
    tom = make_technician()
    add_day_hours(tom, SATURDAY, 8, 12)
    add_day_hours(tom, SATURDAY, 9, 10, kind=HoursKind.BREAK)

    assert hours_on(tom, SATURDAY) == [(8, 9), (10, 12)]


def test_a_single_day_without_times_is_off() -> None:
    tom = make_technician()
    add_day_hours(tom, MONDAY)

    assert lanes_on(tom, MONDAY) == {}


def test_a_closure_includes_both_its_days() -> None:
    tom = make_technician()
    BusinessClosure.objects.create(name="Move", from_on=MONDAY, to_on=TUESDAY)

    found = working_days([tom], from_day=MONDAY, to_day=date(2026, 11, 27))[tom.pk]

    assert [each.day.day for each in found] == [25, 26, 27]


def test_a_night_shift_ends_when_a_closed_day_begins() -> None:
    tom = make_technician(works=False)
    make_hours(tom, dt.time(22), dt.time(6), weekdays=[0])
    BusinessClosure.objects.create(name="Fair", from_on=TUESDAY, to_on=TUESDAY)

    assert lanes_on(tom, MONDAY) == {1: [(utc(MONDAY, 22), utc(TUESDAY, 0))]}


def test_who_does_not_observe_closures_works() -> None:
    tom = make_technician(observes_closures=False)
    BusinessClosure.objects.create(name="Fair", from_on=MONDAY, to_on=MONDAY)

    assert hours_on(tom, MONDAY)


def test_the_closure_of_a_unit_closes_no_other() -> None:
    here, there = make_unit(), make_unit()
    tom, tina = (make_technician(organizational_unit=unit) for unit in (here, there))
    BusinessClosure.objects.create(
        name="Flood", from_on=MONDAY, to_on=MONDAY, organizational_unit=here
    )

    assert not hours_on(tom, MONDAY)
    assert hours_on(tina, MONDAY)


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (TimeOffState.APPROVED, [(8, 10), (11, 12), (12, 17)]),
        (TimeOffState.REQUESTED, [(8, 12), (12, 17)]),
        (TimeOffState.REJECTED, [(8, 12), (12, 17)]),
    ],
)
def test_only_approved_time_off_takes_time(state: str, left: list[tuple[int, int]]) -> None:
    tom = make_technician()
    TimeOff.objects.create(
        resource=tom, starts_at=utc(MONDAY, 10), ends_at=utc(MONDAY, 11), state=state
    )

    assert hours_on(tom, MONDAY) == left


def test_long_time_off_leaves_no_day_between() -> None:
    tom = make_technician()
    TimeOff.objects.create(
        resource=tom, starts_at=utc(date(2026, 10, 1), 0), ends_at=utc(date(2027, 1, 1), 0)
    )

    assert working_days([tom], from_day=MONDAY, to_day=date(2026, 12, 20))[tom.pk] == []


# --- Capacity ----------------------------------------------------------------------------------


def test_capacity_is_that_many_equal_lanes_counted_from_one() -> None:
    found = lanes_on(make_technician(capacity=3), MONDAY)

    assert list(found) == [1, 2, 3]
    assert found[1] == found[3]


def test_a_stretch_may_have_a_capacity_of_its_own() -> None:
    tom = make_technician(works=False, capacity=1)
    make_hours(tom, dt.time(8), dt.time(12))
    make_hours(tom, dt.time(10), dt.time(14), capacity=2)

    assert lanes_on(tom, MONDAY) == {
        1: [(utc(MONDAY, 8), utc(MONDAY, 14))],
        2: [(utc(MONDAY, 10), utc(MONDAY, 14))],
    }


def test_capacity_zero_means_never() -> None:
    tom = make_technician(works=False)
    make_hours(tom, capacity=0)

    assert lanes_on(tom, MONDAY) == {}
    assert lanes_on(make_technician(capacity=0), MONDAY) == {}


def test_more_lanes_than_blocks_can_have_are_cut_off() -> None:
    tom = make_technician(works=False)
    make_hours(tom, capacity=900)

    assert max(lanes_on(tom, MONDAY)) == 50


def test_the_number_of_queries_does_not_grow(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _each in range(4):
        make_technician(organizational_unit=make_unit())
    resources = list(BookableResource.objects.select_related("organizational_unit"))

    with django_assert_num_queries(5):
        working_days(resources, from_day=MONDAY, to_day=date(2027, 1, 23))


def test_a_break_that_floats_does_not_part_the_day() -> None:
    tom = make_technician(works=False)
    make_hours(tom)
    make_break(tom, dt.time(11), dt.time(14), break_minutes=30)

    [day] = working_days([tom], from_day=MONDAY, to_day=MONDAY)[tom.pk]

    assert [lane.stretches for lane in day.lanes] == [((utc(MONDAY, 8), utc(MONDAY, 17)),)]
    assert next((each.starts_at, each.ends_at, each.minutes) for each in day.breaks) == (
        utc(MONDAY, 11),
        utc(MONDAY, 14),
        30,
    )


def test_overtime_lengthens_the_last_hours_of_the_day_only() -> None:
    tom = make_technician(overtime_minutes=45)

    assert lanes_on(tom, MONDAY) == {
        1: [(utc(MONDAY, 8), utc(MONDAY, 12)), (utc(MONDAY, 12, 30), utc(MONDAY, 17, 45))]
    }


def test_an_afternoon_off_is_not_worked_in_overtime() -> None:
    tom = make_technician(overtime_minutes=45)
    TimeOff.objects.create(
        resource=tom,
        starts_at=utc(MONDAY, 12),
        ends_at=utc(MONDAY, 23),
        state=TimeOffState.APPROVED,
    )

    assert lanes_on(tom, MONDAY) == {1: [(utc(MONDAY, 8), utc(MONDAY, 12))]}
