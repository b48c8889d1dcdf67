"""The validator sees every kind of mistake the search could make."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorstep.engine import (
    Assignment,
    Characteristic,
    Crew,
    CrewMember,
    Move,
    Need,
    Offer,
    Problem,
    Resource,
    ResourceKind,
    Role,
    Route,
    StopKind,
    apply,
    find_offers,
    validate_offer,
    validate_route,
)
from tests.unit.engine.worlds import (
    GRID,
    HOME,
    busy,
    clock,
    exact,
    request,
    route,
    spot,
    visit,
    window,
    world,
)

MORNING = ("08:00", "12:00")


def codes(problem: Problem, offer: Offer) -> set[str]:
    return {each.code for each in validate_offer(problem, offer)}


def day() -> Route:
    return route(
        1,
        visit("09:00", 60, HOME, MORNING),
        busy("12:00", "12:30"),
        visit("14:00", 60, spot(20), is_fixed=True),
    )


def search(**changes: object) -> tuple[Problem, Offer]:
    """A day with an offer at 11:00, and the problem changed after the search."""
    problem = world([day(), route(2)], exact("10:50"))
    offer = find_offers(problem).best[0]
    assert offer.resource_ids == {1}
    assert validate_offer(problem, offer) == []
    return replace(problem, **changes), offer  # type: ignore[arg-type]


def with_assignment(offer: Offer, **changes: object) -> Offer:
    first: Assignment = replace(offer.assignments[0], **changes)  # type: ignore[arg-type]
    return replace(offer, assignments=(first, *offer.assignments[1:]))


def shift(offer: Offer, minutes: int) -> Offer:
    """The whole visit at another time, with the same leg."""
    by_s = minutes * 60
    own = offer.assignments[0]
    moved = with_assignment(
        offer,
        departs_s=own.departs_s + by_s,
        arrives_s=own.arrives_s + by_s,
        ends_s=own.ends_s + by_s,
    )
    return replace(moved, arrives_s=offer.arrives_s + by_s, ends_s=offer.ends_s + by_s)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda offer: shift(offer, 1), "target"),
        (lambda offer: shift(offer, -60), "overlap"),
        (lambda offer: shift(offer, 30), "overlap"),
        (lambda offer: with_assignment(offer, position=2), "overlap"),
        (lambda offer: with_assignment(offer, departs_s=clock("10:45"), travel_s=300), "travel"),
        (lambda offer: with_assignment(offer, travel_s=300), "travel"),
        (lambda offer: with_assignment(offer, ends_s=clock("11:40")), "duration"),
        (lambda offer: with_assignment(offer, arrives_s=clock("10:51")), "arrival"),
        (lambda offer: with_assignment(offer, place=spot(1)), "place"),
        (lambda offer: with_assignment(offer, resource_id=7), "resource"),
        (lambda offer: with_assignment(offer, resource_id=2), "route"),
        (lambda offer: with_assignment(offer, route_id="nowhere"), "route"),
        (lambda offer: with_assignment(offer, lane=1), "route"),
        (lambda offer: with_assignment(offer, role_id=5), "role"),
        (lambda offer: with_assignment(offer, crew_id=100), "crew"),
        (lambda offer: replace(offer, assignments=offer.assignments * 2), "distinct"),
        (lambda offer: replace(offer, assignments=()), "role"),
        (lambda offer: replace(offer, added_travel_s=1), "added_travel"),
        (lambda offer: replace(offer, target=window("10:00", "11:00", id=8)), "target"),
    ],
)
def test_a_wrong_offer_is_found_out(change: Callable[[Offer], Offer], code: str) -> None:
    problem, offer = search()

    assert code in codes(problem, change(offer))


def test_a_forgotten_move_is_found_out() -> None:
    problem = world([route(1, visit("14:00", 60, spot(-20)))], exact("10:50"))
    [offer] = find_offers(problem).best

    assert validate_offer(problem, offer) == []
    assert codes(problem, with_assignment(offer, moves=())) == {"travel"}


@pytest.mark.parametrize(
    ("move", "code"),
    [
        (Move(1, clock("09:10"), clock("09:10"), clock("10:10")), None),
        (Move(1, clock("07:50"), clock("07:50"), clock("08:50")), "promise"),
        (Move(1, clock("09:10"), clock("09:10"), clock("10:00")), "move"),
        (Move(1, clock("09:45"), clock("09:45"), clock("10:45")), "overlap"),
        (Move(3, clock("14:00"), clock("14:20"), clock("15:20")), "fixed"),
        (Move(3, clock("13:30"), clock("13:50"), clock("14:50")), "fixed"),
        (Move(3, clock("13:55"), clock("14:00"), clock("15:00")), "travel"),
        (Move(9, clock("09:10"), clock("09:10"), clock("10:10")), "move"),
    ],
)
def test_a_wrong_move_is_found_out(move: Move, code: str | None) -> None:
    problem, offer = search()
    kept = tuple(each for each in offer.assignments[0].moves if each.stop_id != move.stop_id)

    found = codes(problem, with_assignment(offer, moves=(*kept, move)))

    assert found == set() if code is None else code in found


def test_a_departure_in_the_past_is_found_out() -> None:
    assert "past" in codes(*search(now_s=clock("10:45")))


def test_work_outside_the_working_day_is_found_out() -> None:
    short = replace(day(), from_s=clock("08:00"), to_s=clock("11:00"), stops=day().stops[:1])

    assert {"working_hours", "way_home"} <= codes(*search(routes=(short,)))


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role(1, needs=(Need(1),)), "skill"),
        (Role(1, kinds=frozenset({ResourceKind.CONTACT})), "kind"),
        (Role(1, restricted=frozenset({1})), "restricted"),
        (Role(1, must_choose_from=frozenset({2})), "must_choose_from"),
        (Role(1, crew_size=1), "crew"),
    ],
)
def test_the_wrong_person_is_found_out(role: Role, code: str) -> None:
    assert code in codes(*search(request=request(spot(10), 60, role)))


def test_too_far_away_and_the_wrong_territory_are_found_out() -> None:
    wish = request(spot(10), 60, territory=1, radius_m=100)

    assert {"radius", "territory"} <= codes(*search(request=wish))


def test_resources_that_must_not_be_searched_or_do_not_travel_are_found_out() -> None:
    hidden = Resource(1, start=HOME, is_searchable=False)
    room = Resource(1, ResourceKind.FACILITY, HOME)
    nowhere = Resource(1)

    assert "searchable" in codes(*search(resources=(hidden,)))
    assert "work_location" in codes(*search(resources=(room,)))
    assert "work_location" in codes(*search(resources=(nowhere,)))


def test_a_rating_that_is_too_low_or_no_longer_valid_is_found_out() -> None:
    wish = request(spot(10), 60, Role(1, needs=(Need(1, 3),)))

    for skill in (Characteristic(1, 2), Characteristic(1, 5, valid_to_s=clock("11:00"))):
        resource = Resource(1, start=HOME, characteristics=(skill,))
        assert "skill" in codes(*search(resources=(resource,), request=wish))


def test_an_incomplete_crew_is_found_out() -> None:
    wish = request(spot(10), 60, Role(1, crew_size=1))
    crew = Crew(100, (CrewMember(1), CrewMember(2)))
    problem = world([route(1), route(2)], exact("10:00"), wish, crews=[crew])
    [offer] = find_offers(problem).best

    half = replace(offer, assignments=offer.assignments[:1])

    assert validate_offer(problem, offer) == []
    assert "crew" in codes(problem, half)


def test_what_was_wrong_before_is_not_the_offers_fault() -> None:
    late = route(1, visit("09:00", 60, HOME), visit("13:00", 60, HOME, MORNING))
    problem = world([late], exact("10:30"))

    [offer] = find_offers(problem).best

    assert [each.code for each in validate_route(late, GRID)] == ["promise"]
    assert validate_offer(problem, offer) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (route(1, visit("09:00", 60, HOME), visit("09:30", 60, HOME)), "overlap"),
        (route(1, visit("09:00", 60, HOME, ("10:00", "11:00"))), "promise"),
        (route(1, visit("07:30", 20, HOME)), "working_hours"),
        (route(1, visit("16:30", 60, None)), "working_hours"),
        (route(1, visit("15:30", 60, spot(40))), "way_home"),
        (route(1, visit("09:00", 60, HOME, id=2), visit("11:00", 60, HOME)), "duplicate_stop"),
        (replace(route(1, visit("09:00", 60, spot(9))), start=HOME, end=spot(480)), "way_home"),
        (replace(route(1, visit("09:00", 60, spot(9))), start=spot(30)), "travel"),
    ],
)
def test_a_wrong_route_is_found_out(wrong: Route, code: str) -> None:
    assert [each.code for each in validate_route(wrong, GRID)] == [code]


def test_a_fixed_stop_may_have_departed_before_now() -> None:
    under_way = route(1, visit("09:00", 60, spot(20), is_fixed=True))
    not_moved = route(1, visit("09:00", 60, spot(20)))

    assert validate_route(under_way, GRID, 1.0, clock("08:50")) == []
    assert [each.code for each in validate_route(not_moved, GRID, 1.0, clock("08:50"))] == ["past"]


def test_applying_an_offer_stores_the_visit_with_its_promise() -> None:
    problem, offer = search()

    booked = apply(problem.routes, offer, new_stop_id=99, kind=StopKind.HOLD)

    [stop] = [stop for each in booked for stop in each.stops if stop.id == 99]
    assert (stop.promised_from_s, stop.promised_to_s) == (clock("10:50"), clock("10:50"))
    assert (stop.kind, stop.place, stop.travel_s) == (StopKind.HOLD, spot(10), 600)
    assert booked[1] == problem.routes[1]


def test_applying_an_offer_to_other_routes_is_an_error() -> None:
    problem, offer = search()

    with pytest.raises(KeyError):
        apply(problem.routes[1:], offer, new_stop_id=99)
