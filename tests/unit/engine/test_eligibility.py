"""Who may come at all, and what the search says about those who may not."""

import pytest

from doorstep.engine import (
    Characteristic,
    Need,
    Request,
    Resource,
    ResourceKind,
    Role,
    Rule,
    WorkLocation,
    find_offers,
)
from tests.unit.engine.worlds import HOME, MONDAY, clock, exact, request, route, spot, window, world

PLUMBING, GAS = 1, 2


def removed(resource: Resource, wish: Request, at: str = "10:00") -> Rule | None:
    """The rule that takes the only resource out, or None if it is offered."""
    problem = world(
        [route(resource.id, start=resource.start)], exact(at), wish, resources=[resource]
    )
    result = find_offers(problem)
    if result.offers:
        assert result.removed == {MONDAY: {}}
        return None
    [rule] = result.removed[MONDAY]
    assert result.removed[MONDAY][rule] == 1
    return rule


def needing(*needs: Need) -> Request:
    return request(spot(10), 60, Role(1, needs=needs))


@pytest.mark.parametrize(
    ("resource", "wish", "rule"),
    [
        (Resource(1, start=HOME), request(), None),
        (Resource(1, start=HOME, is_searchable=False), request(), Rule.SEARCHABLE),
        (Resource(1, start=None), request(), Rule.WORK_LOCATION),
        (Resource(1, ResourceKind.FACILITY, HOME), request(), Rule.WORK_LOCATION),
        (Resource(1, ResourceKind.POOL, HOME), request(), Rule.WORK_LOCATION),
        (Resource(1, start=None), request(location=WorkLocation.AGNOSTIC), None),
        (Resource(1, ResourceKind.POOL), request(location=WorkLocation.AGNOSTIC), None),
        (Resource(1, start=HOME), request(location=WorkLocation.FACILITY), Rule.WORK_LOCATION),
    ],
)
def test_resources_come_where_their_kind_and_place_allow(
    resource: Resource, wish: Request, rule: Rule | None
) -> None:
    assert removed(resource, wish) == rule


@pytest.mark.parametrize(
    ("role", "rule"),
    [
        (Role(1, kinds=frozenset({ResourceKind.USER, ResourceKind.CONTACT})), None),
        (Role(1, kinds=frozenset({ResourceKind.EQUIPMENT})), Rule.KIND),
        (Role(1, restricted=frozenset({1})), Rule.RESTRICTED),
        (Role(1, restricted=frozenset({2})), None),
        (Role(1, must_choose_from=frozenset({1, 2})), None),
        (Role(1, must_choose_from=frozenset({2})), Rule.MUST_CHOOSE_FROM),
    ],
)
def test_a_role_may_ask_for_kinds_and_people(role: Role, rule: Rule | None) -> None:
    assert removed(Resource(1, start=HOME), request(spot(10), 60, role)) == rule


@pytest.mark.parametrize(
    ("owned", "needs", "rule"),
    [
        ([], [Need(PLUMBING)], Rule.SKILL),
        ([Characteristic(PLUMBING)], [Need(PLUMBING)], None),
        ([Characteristic(PLUMBING)], [Need(PLUMBING, 1)], Rule.SKILL),
        ([Characteristic(PLUMBING, 3)], [Need(PLUMBING, 3)], None),
        ([Characteristic(PLUMBING, 2)], [Need(PLUMBING, 3)], Rule.SKILL),
        ([Characteristic(PLUMBING, 3)], [Need(PLUMBING)], None),
        ([Characteristic(PLUMBING, 3)], [Need(PLUMBING), Need(GAS)], Rule.SKILL),
        ([Characteristic(GAS, 1), Characteristic(GAS, 4)], [Need(GAS, 4)], None),
    ],
)
def test_every_skill_must_be_met_or_exceeded(
    owned: list[Characteristic], needs: list[Need], rule: Rule | None
) -> None:
    resource = Resource(1, start=HOME, characteristics=tuple(owned))

    assert removed(resource, needing(*needs)) == rule


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "rule"),
    [
        (None, "11:00", None),
        (None, "10:59", Rule.SKILL),
        ("10:00", None, None),
        ("10:01", None, Rule.SKILL),
    ],
)
def test_a_skill_must_be_valid_throughout_the_visit(
    valid_from: str | None, valid_to: str | None, rule: Rule | None
) -> None:
    skill = Characteristic(
        GAS,
        valid_from_s=None if valid_from is None else clock(valid_from),
        valid_to_s=None if valid_to is None else clock(valid_to),
    )

    assert removed(Resource(1, start=HOME, characteristics=(skill,)), needing(Need(GAS))) == rule


def test_a_renewed_certificate_leaves_only_the_time_between_out() -> None:
    old = Characteristic(GAS, valid_to_s=clock("10:00"))
    new = Characteristic(GAS, valid_from_s=clock("12:00"))
    gil = Resource(1, start=HOME, characteristics=(old, new))
    targets = [window("09:00", "12:00"), window("09:30", "11:59", id=1)]

    result = find_offers(world([route(1)], targets, needing(Need(GAS)), resources=[gil]))

    assert [(each.target.id, each.arrives_s) for each in result.best] == [(0, clock("09:00"))]


@pytest.mark.parametrize(
    ("territories", "allows_without", "rule"),
    [
        ({1}, False, None),
        ({1, 2}, False, None),
        ({2}, True, Rule.TERRITORY),
        (set(), False, Rule.TERRITORY),
        (set(), True, None),
    ],
)
def test_the_territory_must_be_served(
    territories: set[int], allows_without: bool, rule: Rule | None
) -> None:
    wish = request(territory=1, allows_without_territory=allows_without)

    assert removed(Resource(1, start=HOME, territories=frozenset(territories)), wish) == rule


def test_the_radius_is_the_great_circle_from_the_start_place() -> None:
    ten_steps_m = 11_120  # a tenth of a degree on the equator

    assert removed(Resource(1, start=HOME), request(radius_m=ten_steps_m)) is None
    assert removed(Resource(1, start=HOME), request(radius_m=ten_steps_m - 10)) == Rule.RADIUS


def test_preferred_people_come_first_however_far_they_drive() -> None:
    wish = request(spot(10), 60, Role(1, preferred=frozenset({2})))
    problem = world([route(1, start=spot(9)), route(2, start=spot(-90))], exact("12:00"), wish)

    offers = find_offers(problem, keep=2).offers

    assert [set(each.resource_ids) for each in offers] == [{2}, {1}]


def test_says_per_day_who_was_not_working_and_who_had_no_gap() -> None:
    full = route(1, hours=("09:55", "10:00"))
    targets = [window("10:00", "11:00"), window("10:00", "11:00", day=1, id=1)]

    result = find_offers(world([full, route(2, day=1)], targets))

    assert list(result.removed.values()) == [
        {Rule.WORKING_HOURS: 1, Rule.NO_GAP: 1},
        {Rule.WORKING_HOURS: 1},
    ]


def test_counts_everybody_once_at_the_last_rule_reached_in_any_role() -> None:
    barred = Role(1, restricted=frozenset({1}))
    skilled = Role(2, needs=(Need(GAS),))
    wish = request(spot(10), 60, barred, skilled)

    result = find_offers(world([route(1), route(2)], exact("10:00"), wish))

    assert result.removed[MONDAY] == {Rule.SKILL: 1, Rule.NOT_TOGETHER: 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": None, "work_location": WorkLocation.ONSITE},
        {"duration_s": 0},
        {"radius_m": -1.0},
        {"roles": ()},
        {"effort": 2},
    ],
)
def test_a_request_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    fine: dict[str, object] = {
        "place": HOME,
        "work_location": WorkLocation.ONSITE,
        "duration_s": 60,
        "roles": (Role(1),),
    }

    with pytest.raises(ValueError):
        Request(**{**fine, **wrong})  # type: ignore[arg-type]


def test_at_least_one_offer_must_be_kept() -> None:
    with pytest.raises(ValueError, match="at least one"):
        find_offers(world([route(1)], exact("10:00")), keep=0)
