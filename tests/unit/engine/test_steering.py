"""Costs of windows, and which of them wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.engine.cost import ADDED_TRAVEL, CostPolicy, offer_cost_ms
from doorstep.engine.steering import LEAST_SHOWN, Steering, steer

costs = st.dictionaries(st.integers(0, 40), st.integers(-1_000_000, 20_000_000))
steerings = st.builds(
    Steering,
    first=st.sampled_from((0, 3, 5)),
    first_from_permille=st.integers(0, 1000),
    limit_s=st.none() | st.integers(0, 10_000),
    limit_from_permille=st.integers(0, 1000),
)


@given(costs, steerings, st.integers(0, 1000))
def test_every_window_is_shown_put_off_or_hidden(
    costs_ms: dict[int, int], steering: Steering, load: int
) -> None:
    shown = steer(costs_ms, dict.fromkeys(costs_ms, load), steering)

    assert sorted([*shown.first, *shown.more, *shown.hidden]) == sorted(costs_ms)


@given(costs, steerings, st.integers(0, 1000))
def test_three_windows_always_stay(costs_ms: dict[int, int], steering: Steering, load: int) -> None:
    shown = steer(costs_ms, dict.fromkeys(costs_ms, load), steering)

    assert len(shown.first) >= min(LEAST_SHOWN, len(costs_ms))


@given(costs, st.sampled_from((3, 5)))
def test_what_waits_costs_no_less_than_what_is_shown(costs_ms: dict[int, int], first: int) -> None:
    shown = steer(costs_ms, dict.fromkeys(costs_ms, 1000), Steering(first))

    dearest = max((costs_ms[each] for each in shown.first), default=0)
    assert all(costs_ms[each] >= dearest for each in shown.more)


def test_windows_on_free_days_do_not_wait() -> None:
    shown = steer(
        {1: 100, 2: 200, 3: 300, 4: 400, 5: 500},
        {1: 900, 2: 900, 3: 900, 4: 900, 5: 100},
        Steering(3, first_from_permille=500),
    )

    assert (shown.first, shown.more) == ((1, 2, 3, 5), (4,))


def test_the_best_three_stay_however_dear_they_are() -> None:
    dear = {1: 900_000, 2: 800_000, 3: 700_000, 4: 950_000}

    shown = steer(dear, dict.fromkeys(dear, 1000), Steering(limit_s=60))

    assert (shown.first, shown.hidden) == ((3, 2, 1), frozenset({4}))


def test_fewer_than_three_are_refused() -> None:
    with pytest.raises(ValueError):
        Steering(first=2)


def test_a_leg_home_counts_half_on_an_empty_day_and_in_full_on_a_settled_one() -> None:
    def cost(stops: int) -> int:
        return offer_cost_ms(
            CostPolicy(load_s=0), added_travel_s=1000, home_travel_s=600, stops=stops
        )

    assert [cost(stops) for stops in (0, 2, 4, 9)] == [700_000, 850_000, 1_000_000, 1_000_000]


def test_a_full_day_costs_half_an_hour_more_than_an_empty_one() -> None:
    full = offer_cost_ms(CostPolicy(), added_travel_s=60, load_permille=1000)
    empty = offer_cost_ms(CostPolicy(), added_travel_s=60, load_permille=0)

    assert full - empty == 30 * 60 * 1000


def test_added_travel_alone_looks_at_nothing_else() -> None:
    assert (
        offer_cost_ms(ADDED_TRAVEL, added_travel_s=60, home_travel_s=30, load_permille=500)
        == 60_000
    )
