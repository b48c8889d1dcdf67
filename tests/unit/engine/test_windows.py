"""Windows and grids of a local day (product.md 8.4, rules 7 to 9), on change days, too."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.engine import ArrivalWindow, Grid, Target, expand

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead
ZONES = [BERLIN, LORD_HOWE, KATHMANDU, ZoneInfo("America/New_York"), ZoneInfo("America/Havana")]

WINTER_DAY = date(2026, 11, 23)
SPRING = date(2026, 3, 29)  # Berlin: 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # Berlin: 03:00 becomes 02:00
MORNING = ArrivalWindow(time(8), time(12), "Morning")
AFTERNOON = ArrivalWindow(time(13), time(17), "Afternoon")


def local(targets: list[Target], zone: ZoneInfo = BERLIN) -> list[str]:
    """Targets as people see them; a window as from-to."""

    def at(instant_s: int) -> str:
        return f"{datetime.fromtimestamp(instant_s, zone):%H:%M}"

    return [
        at(each.from_s) if each.from_s == each.to_s else f"{at(each.from_s)}-{at(each.to_s)}"
        for each in targets
    ]


def test_windows_alone_are_offered_as_windows() -> None:
    targets = expand(WINTER_DAY, BERLIN, windows=[AFTERNOON, MORNING], first_id=5)

    assert local(targets) == ["08:00-12:00", "13:00-17:00"]
    assert [(each.id, each.name, each.day) for each in targets] == [
        (5, "Morning", WINTER_DAY),
        (6, "Afternoon", WINTER_DAY),
    ]


def test_a_grid_of_ninety_minutes_runs_through_the_windows() -> None:
    targets = expand(WINTER_DAY, BERLIN, windows=[MORNING, AFTERNOON], grid=Grid(90))

    assert local(targets) == ["08:00", "09:30", "11:00", "14:00", "15:30"]
    assert [each.name for each in targets] == ["Morning"] * 3 + ["Afternoon"] * 2


def test_a_grid_of_ninety_minutes_restarts_with_every_window() -> None:
    grid = Grid(90, restarts_per_window=True)

    targets = expand(WINTER_DAY, BERLIN, windows=[MORNING, AFTERNOON], grid=grid)

    assert local(targets) == ["08:00", "09:30", "11:00", "13:00", "14:30", "16:00"]


def test_a_grid_needs_no_windows() -> None:
    targets = expand(WINTER_DAY, BERLIN, grid=Grid(60), hours=(time(9, 30), time(12, 30)))

    assert local(targets) == ["09:30", "10:30", "11:30"]


def test_the_steps_go_through_the_anchor_in_both_directions() -> None:
    grid = Grid(60, anchor=time(10, 15))

    assert local(expand(WINTER_DAY, BERLIN, grid=grid, hours=(time(8), time(12)))) == [
        "08:15",
        "09:15",
        "10:15",
        "11:15",
    ]


def test_hours_may_go_up_to_midnight() -> None:
    targets = expand(WINTER_DAY, BERLIN, grid=Grid(60), hours=(time(22), time(0)))

    assert local(targets) == ["22:00", "23:00"]


def test_windows_that_overlap_share_their_times() -> None:
    late = ArrivalWindow(time(10), time(13))

    targets = expand(WINTER_DAY, BERLIN, windows=[MORNING, late], grid=Grid(60))

    assert local(targets) == ["08:00", "09:00", "10:00", "11:00", "12:00"]


def test_a_time_that_does_not_exist_is_not_offered() -> None:
    targets = expand(SPRING, BERLIN, grid=Grid(30), hours=(time(1, 30), time(3, 30)))

    assert local(targets) == ["01:30", "03:00"]


def test_a_time_that_comes_twice_is_offered_twice() -> None:
    targets = expand(AUTUMN, BERLIN, grid=Grid(30), hours=(time(1, 30), time(3, 30)))

    assert local(targets) == ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    steps = [after.from_s - before.from_s for before, after in pairwise(targets)]
    assert steps == [1800] * 5


def test_a_window_takes_the_whole_real_span_of_a_change_day() -> None:
    window = ArrivalWindow(time(1), time(4))

    [spring] = expand(SPRING, BERLIN, windows=[window])
    [autumn] = expand(AUTUMN, BERLIN, windows=[window])

    assert (spring.to_s - spring.from_s, autumn.to_s - autumn.from_s) == (2 * 3600, 4 * 3600)


def test_a_window_bounded_by_the_double_hour_takes_all_of_it() -> None:
    [target] = expand(AUTUMN, BERLIN, windows=[ArrivalWindow(time(2), time(2, 30))])

    assert target.to_s - target.from_s == 90 * 60


def test_a_bound_that_does_not_exist_moves_to_the_change() -> None:
    [early] = expand(SPRING, BERLIN, windows=[ArrivalWindow(time(1), time(2, 30))])
    [late] = expand(SPRING, BERLIN, windows=[ArrivalWindow(time(2, 30), time(4))])

    assert local([early, late]) == ["01:00-03:00", "03:00-04:00"]
    assert early.to_s - early.from_s == late.to_s - late.from_s == 3600


def test_a_window_within_the_missing_hour_is_not_offered() -> None:
    assert expand(SPRING, BERLIN, windows=[ArrivalWindow(time(2), time(2, 30))]) == []


def test_a_change_of_half_an_hour_is_a_change() -> None:
    spring, autumn = date(2026, 10, 4), date(2026, 4, 5)
    grid, hours = Grid(15), (time(1, 45), time(2, 45))

    assert local(expand(spring, LORD_HOWE, grid=grid, hours=hours), LORD_HOWE) == ["01:45", "02:30"]
    assert local(
        expand(autumn, LORD_HOWE, grid=grid, hours=(time(1, 15), time(2, 15))), LORD_HOWE
    ) == [
        *["01:15", "01:30", "01:45", "01:30", "01:45", "02:00"],
    ]


def test_a_zone_of_odd_minutes_keeps_its_own_clock() -> None:
    [target] = expand(WINTER_DAY, KATHMANDU, windows=[MORNING])

    assert datetime.fromtimestamp(target.from_s, UTC).strftime("%H:%M") == "02:15"


@settings(max_examples=150, deadline=None)
@given(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.sampled_from(ZONES),
    st.integers(5, 200),
    st.booleans(),
)
def test_grid_times_lie_on_their_day_in_order_and_on_the_grid(
    day: date, zone: ZoneInfo, minutes: int, restarts: bool
) -> None:
    windows = [ArrivalWindow(time(0), time(5)), ArrivalWindow(time(6), time(0))]

    targets = expand(day, zone, windows=windows, grid=Grid(minutes, None, restarts))

    instants = [each.from_s for each in targets]
    assert instants == sorted(set(instants))
    for each in targets:
        at = datetime.fromtimestamp(each.from_s, zone)
        minute = at.hour * 60 + at.minute
        assert at.date() == day
        assert not time(5) <= at.time() < time(6)
        assert (minute - 360 * (restarts and minute >= 360)) % minutes == 0


@settings(max_examples=150, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.sampled_from(ZONES))
def test_a_window_over_the_whole_day_leaves_no_instant_out(day: date, zone: ZoneInfo) -> None:
    whole = ArrivalWindow(time(0), time(0))

    [today] = expand(day, zone, windows=[whole])
    [tomorrow] = expand(day + timedelta(days=1), zone, windows=[whole])

    assert today.to_s == tomorrow.from_s
    assert 23 * 3600 <= today.to_s - today.from_s <= 25 * 3600


@pytest.mark.parametrize(
    ("begin", "end"), [(time(9), time(9)), (time(12), time(8)), (time(8, 0, 1), time(9))]
)
def test_a_window_begins_before_it_ends_at_whole_minutes(begin: time, end: time) -> None:
    with pytest.raises(ValueError):
        ArrivalWindow(begin, end)


def test_a_grid_needs_a_length_and_somewhere_to_lie() -> None:
    with pytest.raises(ValueError):
        Grid(0)
    with pytest.raises(ValueError):
        expand(WINTER_DAY, BERLIN, grid=Grid(60))
    with pytest.raises(ValueError):
        expand(WINTER_DAY, BERLIN)
