"""Where one more visit fits into one day, checked by hand. Home is minute 0, the wish minute 10."""

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

from doorstep.engine import Grid, Resource, Role, WorkLocation, expand, find_offers
from tests.unit.engine.worlds import (
    HOME,
    busy,
    clock,
    exact,
    request,
    route,
    shown,
    spot,
    visit,
    window,
    world,
)


def arrivals(*args: object, **kwargs: object) -> list[str]:
    """When the best offers of a world arrive."""
    return [shown(offer.arrives_s) for offer in find_offers(world(*args, **kwargs)).best]  # type: ignore[arg-type]


def test_drives_to_the_first_visit_after_the_working_day_begins() -> None:
    assert arrivals([route(1)], [window("08:00", "12:00")]) == ["08:10"]


def test_departs_just_in_time() -> None:
    offer = find_offers(world([route(1)], exact("09:00"))).best[0]

    [assignment] = offer.assignments
    assert shown(assignment.departs_s) == "08:50"
    assert shown(offer.ends_s) == "10:00"
    assert assignment.travel_s == 600
    assert assignment.place == spot(10)


def test_has_to_be_back_at_the_end_place_in_time() -> None:
    day = route(1, hours=("08:00", "12:00"))

    assert arrivals([day], exact("10:50", "10:51")) == ["10:50"]


def test_need_not_go_anywhere_without_an_end_place() -> None:
    day = route(1, hours=("08:00", "12:00"), end=None)

    assert arrivals([day], exact("11:00", "11:01")) == ["11:00"]


def test_comes_from_the_visit_before() -> None:
    day = route(1, visit("08:30", 30, spot(12)))

    offer = find_offers(world([day], [window("09:00", "10:00")])).best[0]

    assert shown(offer.arrives_s) == "09:02"
    assert offer.assignments[0].position == 1


def test_has_to_reach_the_visit_behind_it_in_time() -> None:
    day = route(1, visit("10:00", 30, spot(15)))

    assert arrivals([day], exact("08:55", "08:56")) == ["08:55"]


def test_says_how_much_the_travel_of_the_day_grows() -> None:
    on_the_way = route(1, visit("12:00", 30, spot(20)))
    day_with_detour = route(1, visit("12:00", 30, spot(0, 20)))

    for day, minutes in [(route(1), 20), (on_the_way, 0), (day_with_detour, 20)]:
        [offer] = find_offers(world([day], exact("09:00"))).best
        assert offer.added_travel_s == offer.cost == minutes * 60


def test_takes_the_gap_with_the_least_added_travel() -> None:
    day = route(
        1, visit("09:00", 30, spot(-20)), visit("12:00", 30, spot(20)), visit("15:00", 30, HOME)
    )

    [offer] = find_offers(world([day], [window("08:00", "17:00")])).best

    assert (offer.assignments[0].position, offer.added_travel_s) == (1, 0)


def test_does_not_begin_before_now() -> None:
    targets = [window("08:00", "12:00"), window("08:00", "09:19", id=1)]

    assert arrivals([route(1)], targets, now="09:10") == ["09:20"]


def test_nothing_fits_in_front_of_a_visit_that_is_under_way() -> None:
    under_way = visit("10:00", 60, spot(60), is_fixed=True)

    assert arrivals([route(1, under_way)], exact("09:15"), request(HOME, 5), now="09:05") == []


def test_travel_and_work_are_one_stretch_that_no_break_interrupts() -> None:
    day = route(1, busy("12:00", "12:30"))

    times = exact("11:00", "11:01", "12:30", "12:39", "12:40")
    assert arrivals([day], times) == ["11:00", "12:40"]


def test_the_resource_stays_where_it_was_during_a_break() -> None:
    day = route(1, visit("11:00", 60, spot(10)), busy("12:00", "12:30"))

    assert arrivals([day], exact("12:30")) == ["12:30"]


def test_an_afternoon_off_leaves_the_morning_bookable() -> None:
    day = route(1, busy("12:00", "17:00"))

    # Home must be reached by 12:00: behind the afternoon off there is no time left for it.
    assert arrivals([day], exact("10:50", "10:51")) == ["10:50"]


def test_work_from_anywhere_needs_time_and_no_travel() -> None:
    day = route(1, visit("09:00", 60, spot(30)), visit("11:00", 60, spot(60)))
    wish = request(location=WorkLocation.AGNOSTIC, minutes=30)

    offers = find_offers(world([day], exact("08:00", "08:01", "10:00", "10:01", "12:00"), wish))

    assert [shown(each.arrives_s) for each in offers.best] == ["08:00", "10:00", "12:00"]
    assert {each.assignments[0].place for each in offers.best} == {None}
    assert {each.added_travel_s for each in offers.best} == {0}


def test_lanes_of_one_resource_take_visits_at_the_same_time() -> None:
    full = visit("09:00", 120, spot(10))

    assert arrivals([route(1, full), route(1, full, lane=1)], exact("10:00")) == []
    offers = find_offers(world([route(1, full), route(1, lane=1)], exact("10:00")))
    assert [each.assignments[0].lane for each in offers.best] == [1]


def test_one_resource_fills_one_role_only_whatever_its_lanes() -> None:
    wish = request(spot(10), 60, Role(1), Role(2))
    lanes = [route(1), route(1, lane=1)]

    assert arrivals(lanes, exact("10:00"), wish) == []
    assert arrivals([*lanes, route(2)], exact("10:00"), wish) == ["10:00"]


def test_a_fast_driver_needs_less_time() -> None:
    fast = [Resource(1, start=HOME, speed_factor=2.0)]

    assert arrivals([route(1)], exact("08:05"), resources=fast) == ["08:05"]
    assert arrivals([route(1)], exact("08:05")) == []


def test_a_shift_over_midnight_serves_the_next_day() -> None:
    night = route(1, hours=("22:00", "30:00"))

    assert arrivals([night], [window("01:00", "03:00", day=1)]) == ["01:00"]


def test_a_visit_outside_the_hours_does_not_close_the_rest_of_the_day() -> None:
    late = route(1, visit("18:00", 60, spot(5)))

    assert arrivals([late], exact("10:00", "16:40")) == ["10:00"]


def test_two_stops_at_once_do_not_close_the_rest_of_the_day() -> None:
    tangled = route(1, visit("11:00", 60, HOME, ("10:00", "12:00")), busy("11:30", "12:30"))

    assert arrivals([tangled], exact("09:00", "11:00", "14:00")) == ["09:00", "14:00"]


def test_finds_the_best_few_by_different_people() -> None:
    near, far, farthest = route(1, start=spot(5)), route(2), route(3, start=spot(-40))
    problem = world([farthest, far, near], exact("12:00"))

    offers = find_offers(problem, keep=2).offers

    assert [set(each.resource_ids) for each in offers] == [{1}, {2}]
    assert len(find_offers(problem, keep=5).offers) == 3


def test_lower_ids_come_first_when_all_else_is_equal() -> None:
    offers = find_offers(world([route(7), route(3), route(5)], exact("12:00")), keep=3).offers

    assert [set(each.resource_ids) for each in offers] == [{3}, {5}, {7}]


def test_answers_in_the_order_of_the_targets() -> None:
    offers = find_offers(world([route(1)], exact("14:00", "09:00", "11:00"))).offers

    assert [shown(each.arrives_s) for each in offers] == ["14:00", "09:00", "11:00"]


def test_nothing_to_search_is_no_offer_and_no_error() -> None:
    assert find_offers(world([], [])).offers == ()
    assert find_offers(world([route(1)], [])).offers == ()
    assert find_offers(world([], [window("08:00", "12:00")])).offers == ()


def test_a_window_is_open_at_both_ends() -> None:
    day = route(1, busy("08:00", "11:50"))

    [offer] = find_offers(world([day], [window("08:00", "12:00")])).best

    assert offer.arrives_s == clock("12:00")


def test_the_earlier_arrival_wins_when_the_travel_is_the_same() -> None:
    late, early = route(1, busy("08:00", "10:00")), route(2)

    [offer] = find_offers(world([late, early], [window("08:00", "12:00")])).best

    assert (set(offer.resource_ids), shown(offer.arrives_s)) == ({2}, "08:10")


def test_both_instants_of_a_double_hour_can_be_booked() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    autumn = date(2026, 10, 25)
    targets = expand(autumn, berlin, grid=Grid(60), hours=(time(2), time(3)))
    first_s, second_s = (each.from_s for each in targets)
    night = replace(route(1), from_s=first_s - 3600, to_s=second_s + 7200, day=autumn)

    problem = replace(world([night], targets, request(spot(10), 50)), now_s=night.from_s)

    offers = find_offers(problem).best

    assert [each.arrives_s for each in offers] == [first_s, second_s]
    assert second_s - first_s == 3600
