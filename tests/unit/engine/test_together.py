"""Groups, crews and facilities: distinct people, one arrival."""

from dataclasses import replace
from itertools import product

from hypothesis import given, settings

from doorstep.engine import (
    Characteristic,
    Crew,
    CrewMember,
    Need,
    Problem,
    Resource,
    ResourceKind,
    Role,
    Rule,
    Target,
    WorkLocation,
    find_offers,
    validate_offer,
)
from tests.unit.engine.random_worlds import minute_worlds
from tests.unit.engine.worlds import (
    HOME,
    MONDAY,
    busy,
    clock,
    exact,
    request,
    route,
    shown,
    spot,
    told,
    visit,
    window,
    world,
)

TWO = request(spot(10), 60, Role(1), Role(2))
CREW = request(spot(10), 60, Role(1, crew_size=2))
TOM, TINA, TIM = 1, 2, 3
BOTH = Crew(100, (CrewMember(TOM), CrewMember(TINA)))


def test_a_group_arrives_together_from_different_places() -> None:
    problem = world([route(TOM), route(TINA, start=spot(-30))], [window("08:00", "12:00")], TWO)

    [offer] = find_offers(problem).best

    assert told(offer) == ("08:40", "1", "2")
    assert [shown(each.departs_s) for each in offer.assignments] == ["08:30", "08:00"]


def test_a_group_needs_one_person_per_role() -> None:
    assert find_offers(world([route(TOM)], exact("10:00"), TWO)).offers == ()


def test_a_group_waits_for_the_time_everybody_has() -> None:
    tom, tina = route(TOM, busy("08:00", "10:00")), route(TINA, busy("10:30", "16:00"))

    result = find_offers(world([tom, tina], [window("08:00", "17:00")], TWO))

    assert result.offers == ()
    assert result.removed[MONDAY] == {Rule.NOT_TOGETHER: 2}


def test_a_scarce_skill_is_not_wasted_on_a_role_anybody_can_fill() -> None:
    gas = Need(1)
    wish = request(spot(10), 60, Role(1), Role(2, needs=(gas,)))
    resources = [
        Resource(TOM, start=spot(10), characteristics=(Characteristic(1),)),
        Resource(TINA, start=HOME),
    ]
    routes = [route(TOM, start=spot(10)), route(TINA)]

    [offer] = find_offers(world(routes, exact("10:00"), wish, resources=resources)).best

    assert [(each.role_id, each.resource_id) for each in offer.assignments] == [(1, 2), (2, 1)]


def test_a_group_prefers_the_pair_with_the_least_travel() -> None:
    routes = [route(TOM, start=spot(-50)), route(TINA, start=spot(8)), route(TIM, start=spot(9))]

    offers = find_offers(world(routes, exact("12:00"), TWO), keep=3).offers

    assert [set(each.resource_ids) for each in offers] == [{2, 3}, {1, 3}, {1, 2}]


def test_nobody_s_cheapest_gap_decides_for_the_group() -> None:
    here, home, away = spot(10), HOME, spot(-5)
    tom = route(  # 0 minutes more in the morning, 20 in the afternoon
        TOM,
        visit("08:10", 50, here),
        visit("10:10", 60, here),
        visit("12:00", 120, home),
        visit("16:30", 30, home),
    )
    tina = route(  # 30 minutes more in the morning, 0 in the afternoon
        TINA,
        visit("08:05", 40, away),
        visit("10:30", 60, away),
        visit("12:00", 120, here),
        visit("15:30", 60, here),
    )

    [offer] = find_offers(world([tom, tina], [window("09:00", "15:00")], TWO)).best

    assert (shown(offer.arrives_s), offer.added_travel_s) == ("14:10", 20 * 60)


def test_a_crew_comes_as_a_whole() -> None:
    problem = world([route(TOM), route(TINA)], exact("10:00"), CREW, crews=[BOTH])

    [offer] = find_offers(problem).best

    assert told(offer) == ("10:00", "1", "2")
    assert {(each.role_id, each.crew_id) for each in offer.assignments} == {(1, 100)}


def test_a_crew_with_a_busy_member_does_not_come() -> None:
    routes = [route(TOM), route(TINA, visit("10:30", 60, HOME))]

    result = find_offers(world(routes, exact("10:00"), CREW, crews=[BOTH]))

    assert result.offers == ()
    assert result.removed[MONDAY] == {Rule.NO_GAP: 1}


def test_a_member_who_does_not_work_that_day_is_left_out_if_enough_remain() -> None:
    three = Crew(100, (CrewMember(TOM), CrewMember(TINA), CrewMember(TIM)))
    routes = [route(TOM), route(TINA), route(TIM, day=1)]
    resources = [Resource(each, start=HOME) for each in (TOM, TINA, TIM)]
    targets = [window("10:00", "10:00"), window("10:00", "10:00", day=1, id=1)]

    result = find_offers(world(routes, targets, CREW, crews=[three], resources=resources))

    assert [told(each) for each in result.best] == [("10:00", "1", "2")]
    assert list(result.removed.values()) == [{}, {Rule.CREW_SIZE: 1}]


def test_a_member_counts_while_the_membership_lasts() -> None:
    crew = Crew(100, (CrewMember(TOM), CrewMember(TINA, clock("09:00"), clock("11:00"))))
    problem = world(
        [route(TOM), route(TINA)], exact("08:59", "09:00", "10:59", "11:00"), CREW, crews=[crew]
    )

    assert [told(each)[0] for each in find_offers(problem).best] == ["09:00", "10:59"]


def test_a_crew_has_the_skills_and_territories_of_all_its_members() -> None:
    needs = (Need(1, 3), Need(2))
    wish = request(spot(10), 60, Role(1, needs=needs, crew_size=2), territory=7)
    tom = Resource(TOM, start=HOME, characteristics=(Characteristic(1, 4),))
    tina = Resource(TINA, start=HOME, territories=frozenset({7}))
    crew = Crew(100, BOTH.members, characteristics=(Characteristic(2),))

    result = find_offers(
        world([route(1), route(2)], exact("10:00"), wish, resources=[tom, tina], crews=[crew])
    )

    assert len(result.offers) == 1


def test_the_crews_own_territories_count_before_those_of_its_members() -> None:
    wish = request(spot(10), 60, Role(1, crew_size=2), territory=7)
    people = [Resource(each, start=HOME, territories=frozenset({7})) for each in (TOM, TINA)]
    crew = Crew(100, BOTH.members, territories=frozenset({8}))

    result = find_offers(
        world([route(1), route(2)], exact("10:00"), wish, resources=people, crews=[crew])
    )

    assert result.removed[MONDAY] == {Rule.TERRITORY: 1}


def test_a_member_the_customer_does_not_want_bars_the_crew() -> None:
    wish = request(spot(10), 60, Role(1, crew_size=2, restricted=frozenset({TINA})))

    result = find_offers(world([route(1), route(2)], exact("10:00"), wish, crews=[BOTH]))

    assert result.removed[MONDAY] == {Rule.RESTRICTED: 1}


def test_members_may_still_be_booked_one_by_one() -> None:
    result = find_offers(world([route(1), route(2)], exact("10:00"), request(), crews=[BOTH]))

    assert result.best[0].assignments[0].crew_id is None


def test_a_crew_and_an_individual_never_share_a_person() -> None:
    wish = request(spot(10), 60, Role(1, crew_size=2), Role(2))

    assert find_offers(world([route(1), route(2)], exact("10:00"), wish, crews=[BOTH])).best == ()
    three = world([route(1), route(2), route(3)], exact("10:00"), wish, crews=[BOTH])
    assert [told(each) for each in find_offers(three).best] == [("10:00", "1", "2", "3")]


def facility_world(technician_start: int = 0) -> Problem:
    """A workshop at minute 20, a technician, and a wish that needs both."""
    room = frozenset({ResourceKind.FACILITY})
    wish = request(None, 60, Role(1, kinds=room), Role(2), location=WorkLocation.FACILITY)
    workshop = Resource(9, ResourceKind.FACILITY, spot(20))
    tom = Resource(TOM, start=spot(technician_start))
    return world(
        [route(9, start=None, end=None), route(TOM, start=tom.start)],
        [window("08:00", "12:00")],
        wish,
        resources=[workshop, tom],
    )


def test_facility_work_is_done_where_the_facility_is() -> None:
    [offer] = find_offers(facility_world()).best

    room, tom = offer.assignments
    assert (room.resource_id, room.place, room.travel_s) == (9, None, 0)
    assert (tom.resource_id, tom.place, tom.travel_s) == (TOM, spot(20), 20 * 60)
    assert shown(offer.arrives_s) == "08:20"


def test_facility_work_takes_the_facility_that_costs_the_least_travel() -> None:
    problem = facility_world(technician_start=-5)
    near = Resource(8, ResourceKind.FACILITY, spot(-10))
    far_and_near = world(
        [*problem.routes, route(8, start=None, end=None)],
        problem.targets,
        problem.request,
        resources=[*problem.resources, near],
    )

    offers = find_offers(far_and_near, keep=2).offers

    assert [sorted(each.resource_ids) for each in offers] == [[1, 8], [1, 9]]
    assert [validate_offer(far_and_near, each) for each in offers] == [[], []]


@settings(max_examples=100, deadline=None)
@given(minute_worlds())
def test_a_pair_is_offered_exactly_when_two_people_share_a_minute(problem: Problem) -> None:
    roles = [replace(role, crew_size=0) for role in problem.request.roles[:2]]
    if problem.request.work_location is WorkLocation.FACILITY or len(roles) < 2:
        return
    pair = replace(problem, request=replace(problem.request, roles=tuple(roles)))
    alone = [_costs_by_minute(pair, role) for role in roles]

    found = {offer.target.id: offer.cost for offer in find_offers(pair, reorder=False).offers}

    expected: dict[int, int] = {}
    for (target_id, minute), first in alone[0].items():
        for mine, theirs in product(first.items(), alone[1][target_id, minute].items()):
            if mine[0] != theirs[0]:
                cost = mine[1] + theirs[1]
                expected[target_id] = min(cost, expected.get(target_id, cost))
    assert found == expected


def _costs_by_minute(problem: Problem, role: Role) -> dict[tuple[int, int], dict[int, int]]:
    """Per target and minute, everybody who could come alone, and at what cost."""
    minutes = [
        (target.id, at_s)
        for target in problem.targets
        for at_s in range(target.from_s, target.to_s + 1, 60)
    ]
    days = {target.id: target.day for target in problem.targets}
    targets = tuple(
        Target(number, days[target_id], at_s, at_s)
        for number, (target_id, at_s) in enumerate(minutes)
    )
    request = replace(problem.request, roles=(role,))
    alone = find_offers(replace(problem, targets=targets, request=request), keep=99, reorder=False)
    costs: dict[tuple[int, int], dict[int, int]] = {each: {} for each in minutes}
    for offer in alone.offers:
        [resource_id] = offer.resource_ids
        costs[minutes[offer.target.id]][resource_id] = offer.cost
    return costs


@settings(max_examples=60, deadline=None)
@given(minute_worlds())
def test_in_any_order_a_pair_comes_exactly_when_two_people_share_a_minute(
    problem: Problem,
) -> None:
    roles = [replace(role, crew_size=0) for role in problem.request.roles[:2]]
    if problem.request.work_location is WorkLocation.FACILITY or len(roles) < 2:
        return
    pair = replace(problem, request=replace(problem.request, roles=tuple(roles)))
    able = [_able_by_minute(pair, role) for role in roles]

    found = {offer.target.id for offer in find_offers(pair).offers}

    assert found == {
        target_id
        for target_id, minute in able[0]
        if any(
            mine != theirs
            for mine, theirs in product(
                able[0][target_id, minute], able[1].get((target_id, minute), ())
            )
        )
    }


def _able_by_minute(problem: Problem, role: Role) -> dict[tuple[int, int], set[int]]:
    """Per target and minute, everybody who could come alone by some order of the day."""
    minutes = [
        Target(number, target.day, at_s, at_s, name=f"{target.id}")
        for number, (target, at_s) in enumerate(
            (target, at_s)
            for target in problem.targets
            for at_s in range(target.from_s, target.to_s + 1, 60)
        )
    ]
    able: dict[tuple[int, int], set[int]] = {}
    for resource in problem.resources:
        if role.must_choose_from and resource.id not in role.must_choose_from:
            continue
        only = replace(role, must_choose_from=frozenset({resource.id}))
        request = replace(problem.request, roles=(only,))
        for offer in find_offers(
            replace(problem, targets=tuple(minutes), request=request)
        ).openings:
            key = (int(offer.target.name), offer.target.from_s)
            able.setdefault(key, set()).add(resource.id)
    return able
