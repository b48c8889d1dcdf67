"""Planned visits make room, inside their promises and no further than they must."""

from dataclasses import replace

from doorstep.engine import Route, Target, apply, find_offers
from tests.unit.engine.worlds import (
    HOME,
    busy,
    exact,
    request,
    route,
    shown,
    spot,
    visit,
    window,
    world,
)

MORNING = ("08:00", "12:00")


def moved(day: Route, target: Target, minutes: int = 60, now: str = "00:00") -> list[str] | None:
    """The arrivals of the day's stops once a visit at HOME is booked; None if it is not offered."""
    problem = world([day], [target], request(HOME, minutes), now=now)
    best = find_offers(problem).best
    if not best:
        return None
    [booked] = apply(problem.routes, best[0], new_stop_id=99)
    return [shown(stop.arrives_s) + "*" * (stop.id == 99) for stop in booked.stops]


def test_a_visit_behind_is_pushed_only_as_far_as_it_must() -> None:
    day = route(1, visit("10:00", 60, HOME, MORNING), visit("12:00", 60, HOME, MORNING))

    assert moved(day, window("09:30", "09:30")) == ["09:30*", "10:30", "12:00"]


def test_a_push_runs_through_the_day() -> None:
    day = route(1, visit("10:00", 60, HOME, MORNING), visit("11:00", 60, HOME, MORNING))

    assert moved(day, window("09:30", "09:30")) == ["09:30*", "10:30", "11:30"]


def test_a_visit_before_is_pulled_only_as_far_as_it_must() -> None:
    day = route(1, visit("09:30", 60, HOME, ("08:00", "10:00")))

    assert moved(day, window("10:00", "10:00")) == ["09:00", "10:00*"]


def test_nothing_is_pulled_if_a_later_arrival_spares_it() -> None:
    day = route(1, visit("09:30", 60, HOME, ("08:00", "10:00")))

    assert moved(day, window("10:00", "12:00")) == ["09:30", "10:30*"]


def test_arrives_before_the_calm_time_rather_than_missing_the_visit_behind() -> None:
    day = route(
        1,
        visit("09:30", 60, HOME, ("08:00", "10:00")),
        visit("11:00", 60, HOME),
    )

    assert moved(day, window("10:00", "12:00")) == ["09:00", "10:00*", "11:00"]


def test_a_promise_is_never_left() -> None:
    day = route(1, visit("10:00", 60, HOME, ("09:00", "10:29")))

    assert moved(day, window("09:30", "09:30")) is None
    assert moved(day, window("09:29", "09:29")) == ["09:29*", "10:29"]


def test_a_fixed_stop_never_moves() -> None:
    day = route(1, visit("10:00", 60, HOME, MORNING, is_fixed=True))

    assert moved(day, window("09:30", "09:30")) is None
    assert moved(day, window("09:00", "09:00")) == ["09:00*", "10:00"]


def test_nobody_is_pushed_out_of_the_working_day() -> None:
    day = route(1, visit("10:00", 60, HOME, ("09:30", "12:00")), hours=("08:00", "11:15"))

    assert moved(day, window("09:16", "09:16")) is None
    assert moved(day, window("09:15", "09:15")) == ["09:15*", "10:15"]


def test_nobody_is_pulled_before_now() -> None:
    day = route(1, visit("09:30", 60, HOME, ("08:00", "10:00")))

    assert moved(day, window("10:00", "10:00"), now="09:01") is None
    assert moved(day, window("10:00", "10:00"), now="09:00") == ["09:00", "10:00*"]


def test_the_next_departure_changes_although_it_arrives_as_before() -> None:
    day = route(1, visit("12:00", 60, spot(20)))
    problem = world([day], exact("09:00"))

    [offer] = find_offers(problem).best

    [move] = offer.assignments[0].moves
    assert (shown(move.departs_s), shown(move.arrives_s)) == ("11:50", "12:00")


def test_a_fixed_stop_keeps_its_arrival_when_somebody_comes_from_elsewhere() -> None:
    day = route(1, visit("12:00", 60, spot(20), is_fixed=True))

    [offer] = find_offers(world([day], exact("09:00"))).best

    [move] = offer.assignments[0].moves
    assert (shown(move.departs_s), shown(move.arrives_s)) == ("11:50", "12:00")


def test_work_from_anywhere_gives_way_to_a_longer_drive_behind_it() -> None:
    remote = visit("10:00", 60, None, ("08:00", "12:00"))
    day = route(1, visit("08:00", 30, spot(30)), remote, visit("11:00", 60, spot(30)))
    day = replace(day, from_s=day.from_s - 3600)
    problem = world([day], exact("08:45"), request(spot(45), 15))

    [offer] = find_offers(problem).best

    [booked] = apply(problem.routes, offer, new_stop_id=99)
    assert [shown(each.departs_s) for each in booked.stops] == ["07:30", "08:30", "09:45", "10:45"]


def test_the_day_may_end_at_home_before_an_afternoon_off() -> None:
    day = route(1, visit("10:00", 60, spot(30), ("09:00", "11:00")), busy("12:00", "17:00"))

    assert moved(day, window("09:10", "09:10"), minutes=50) == ["09:10*", "10:30", "12:00"]
    assert moved(day, window("09:11", "09:11"), minutes=50) is None


def test_what_already_broke_its_promise_stays_where_it_is() -> None:
    late = route(1, visit("11:00", 60, HOME, ("08:00", "10:00")))

    assert moved(late, window("10:30", "10:30")) is None
    assert moved(late, window("10:00", "10:00")) == ["10:00*", "11:00"]
