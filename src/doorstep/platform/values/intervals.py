"""Half-open intervals [start, end) over anything that can be ordered: seconds, instants, days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Generic, TypeVar

Point = TypeVar("Point", int, float, date, datetime, time)


@dataclass(frozen=True, slots=True)
class Interval(Generic[Point]):
    """Everything from `start` up to, and without, `end`. Raises ValueError if it is empty."""

    start: Point
    end: Point

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"an interval from {self.start} to {self.end} is empty")

    def __contains__(self, point: Point) -> bool:
        return self.start <= point < self.end

    def overlaps(self, other: "Interval[Point]") -> bool:
        """Whether the two share a point; intervals that only touch do not."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Interval[Point]") -> bool:
        """Whether the other lies within this one as a whole."""
        return self.start <= other.start and other.end <= self.end

    def clip(self, within: "Interval[Point]") -> "Interval[Point] | None":
        """The part that lies within the other, or None."""
        start, end = max(self.start, within.start), min(self.end, within.end)
        return Interval(start, end) if start < end else None


def join(intervals: Iterable[Interval[Point]]) -> list[Interval[Point]]:
    """The same points as few intervals in order; what overlaps or touches becomes one."""
    joined: list[Interval[Point]] = []
    for each in sorted(intervals, key=lambda interval: interval.start):
        if joined and each.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return joined


def subtract(
    intervals: Iterable[Interval[Point]], holes: Iterable[Interval[Point]]
) -> list[Interval[Point]]:
    """The points of the first that are in none of the holes, as few intervals in order."""
    cuts = join(holes)
    left: list[Interval[Point]] = []
    for each in join(intervals):
        start = each.start
        for cut in cuts:
            if cut.end <= start or each.end <= cut.start:
                continue
            if start < cut.start:
                left.append(Interval(start, cut.start))
            start = cut.end
        if start < each.end:
            left.append(Interval(start, each.end))
    return left


def intersect(
    first: Iterable[Interval[Point]], second: Iterable[Interval[Point]]
) -> list[Interval[Point]]:
    """The points that are in both, as few intervals in order."""
    others = join(second)
    return [part for each in join(first) for other in others if (part := each.clip(other))]


def gaps(intervals: Iterable[Interval[Point]]) -> list[Interval[Point]]:
    """What lies between the first start and the last end and is in none of them."""
    joined = join(intervals)
    return [Interval(before.end, after.start) for before, after in pairwise(joined)]
