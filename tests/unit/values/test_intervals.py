from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.values.intervals import Interval, gaps, intersect, join, subtract

small = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda at: Interval(at[0], sum(at))),
    max_size=6,
)


def points(intervals: list[Interval[int]]) -> set[int]:
    return {point for each in intervals for point in range(each.start, each.end)}


def test_an_interval_is_closed_below_and_open_above() -> None:
    morning = Interval(8, 12)

    assert [hour in morning for hour in (7, 8, 11, 12)] == [False, True, True, False]


def test_an_empty_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Interval(8, 8)


def test_intervals_that_touch_do_not_overlap() -> None:
    assert not Interval(8, 12).overlaps(Interval(12, 14))
    assert Interval(8, 12).overlaps(Interval(11, 14))


def test_clip_keeps_what_lies_within() -> None:
    assert Interval(8, 12).clip(Interval(10, 14)) == Interval(10, 12)
    assert Interval(8, 12).clip(Interval(12, 14)) is None


def test_an_interval_covers_itself_and_its_parts() -> None:
    assert Interval(8, 12).covers(Interval(8, 12))
    assert Interval(8, 12).covers(Interval(9, 10))
    assert not Interval(8, 12).covers(Interval(9, 13))


def test_join_makes_one_of_what_touches() -> None:
    assert join([Interval(12, 14), Interval(8, 10), Interval(10, 11)]) == [
        Interval(8, 11),
        Interval(12, 14),
    ]


def test_subtract_cuts_holes() -> None:
    assert subtract([Interval(8, 17)], [Interval(12, 13), Interval(16, 20)]) == [
        Interval(8, 12),
        Interval(13, 16),
    ]


def test_gaps_are_what_lies_between() -> None:
    assert gaps([Interval(8, 12), Interval(13, 17), Interval(11, 12)]) == [Interval(12, 13)]
    assert gaps([]) == []


def test_instants_work_like_numbers() -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 11, 23, hour, tzinfo=UTC)

    assert subtract([Interval(at(8), at(17))], [Interval(at(8), at(9))]) == [
        Interval(at(9), at(17))
    ]


@given(small, small)
def test_the_operations_agree_with_sets_of_points(
    first: list[Interval[int]], second: list[Interval[int]]
) -> None:
    assert points(join(first)) == points(first)
    assert points(subtract(first, second)) == points(first) - points(second)
    assert points(intersect(first, second)) == points(first) & points(second)


@given(small, small)
def test_results_are_in_order_and_apart(
    first: list[Interval[int]], second: list[Interval[int]]
) -> None:
    for found in (join(first), subtract(first, second), intersect(first, second)):
        assert all(before.end < after.start for before, after in pairwise(found))
