"""Labels say only what the plan behind a window shows."""

from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.engine import Problem, apply, find_offers
from doorstep.engine.labels import MOST_PER_DAY, NEAR_S, Label, labels_for
from tests.unit.engine.random_worlds import worlds

thorough = settings(max_examples=300, deadline=None)


@thorough
@given(worlds(), st.booleans())
def test_first_available_begins_before_all_others(problem: Problem, holds_first: bool) -> None:
    offers = find_offers(problem).best

    labels = labels_for(offers, holds_first=holds_first)

    first = [target for target, label in labels.items() if label is Label.FIRST_AVAILABLE]
    assert len(first) == (1 if holds_first and offers else 0)
    assert all(first[0].from_s <= offer.target.from_s for offer in offers if first)


@thorough
@given(worlds())
def test_nearby_is_a_short_way_in_the_plan_that_is_booked(problem: Problem) -> None:
    offers = {offer.target: offer for offer in find_offers(problem).best}

    for target, label in labels_for(offers.values(), holds_first=False).items():
        if label is Label.NEARBY:
            offer = offers[target]
            used = {each.route_id for each in offer.assignments}
            routes = [route for route in problem.routes if route.id in used]
            for route in apply(routes, offer, 10_000):
                new = next(stop for stop in route.stops if stop.id == 10_000)
                assert new.place is not None
                assert new.travel_s <= NEAR_S


@thorough
@given(worlds())
def test_saving_driving_is_half_of_the_usual_at_most(problem: Problem) -> None:
    offers = {offer.target: offer for offer in find_offers(problem).best}

    for target, label in labels_for(offers.values(), holds_first=False).items():
        if label is Label.SAVES_DRIVING:
            usual_s = median(offer.added_travel_s for offer in offers.values())
            assert offers[target].added_travel_s <= usual_s / 2


@thorough
@given(worlds())
def test_no_day_has_more_than_three_labels(problem: Problem) -> None:
    offers = find_offers(problem).best

    days = [target.day for target in labels_for(offers, holds_first=True, near_s=10**6)]

    assert all(days.count(day) <= MOST_PER_DAY for day in days)
