"""The search as one would write it first: a loop over loaded objects. What the engine is held to.

It knows what the engine knows of an ordinary day (order kept, shifting inside promises, travel,
skills, territory, radius) and finds the same best technician per window; breaks, crews, lanes,
expiring skills and the present are left out, which makes it faster than a complete loop would be.
"""

from math import ceil, hypot

from benchmarks.workload import TRAVEL, Town
from doorstep.engine import Request, Stop, Target

_M_NORTH, _M_EAST = 111_195.0, 73_900.0
_PER_M = TRAVEL.seconds_per_m


class Visit:
    """A booked visit on a local plane, in metres."""

    def __init__(self, stop: Stop) -> None:
        assert stop.place is not None
        self.x = stop.place.longitude * _M_EAST
        self.y = stop.place.latitude * _M_NORTH
        self.low, self.high = stop.promised_from_s, stop.promised_to_s
        self.duration = stop.duration_s


class Person:
    """A technician with days of (from, to, visits)."""

    def __init__(self, town: Town, number: int) -> None:
        resource = town.resources[number]
        self.id = resource.id
        self.skills = {each.id for each in resource.characteristics}
        self.territories = resource.territories
        assert resource.start is not None
        self.x, self.y = resource.start.longitude * _M_EAST, resource.start.latitude * _M_NORTH
        self.days: list[tuple[int, int, list[Visit]]] = []


def people(town: Town) -> list[Person]:
    """What an object mapper would hand over."""
    found = {each.id: Person(town, number) for number, each in enumerate(town.resources)}
    for route in town.routes:
        stops = [Visit(stop) for stop in route.stops]
        found[route.resource_id].days.append((route.from_s, route.to_s, stops))
    return list(found.values())


def search(
    people: list[Person], request: Request, targets: tuple[Target, ...]
) -> dict[int, tuple[int, int, int]]:
    """Per target id: (added travel, technician, arrival)."""
    assert request.place is not None
    x, y = request.place.longitude * _M_EAST, request.place.latitude * _M_NORTH
    needs = {need.characteristic_id for need in request.roles[0].needs}
    by_day: dict[int, list[tuple[int, int, int]]] = {}
    for target in targets:
        by_day.setdefault(target.from_s // 86_400, []).append(
            (target.from_s, target.to_s, target.id)
        )
    best: dict[int, tuple[int, int, int]] = {}
    for person in people:
        if not needs <= person.skills:
            continue
        if request.territory is not None and request.territory not in person.territories:
            continue
        if hypot(person.x - x, person.y - y) > request.radius_m:
            continue
        for from_s, to_s, stops in person.days:
            windows = by_day.get(from_s // 86_400)
            if windows is None:
                continue
            count = len(stops)
            xs = [person.x, *(stop.x for stop in stops), person.x]
            ys = [person.y, *(stop.y for stop in stops), person.y]
            legs = [
                ceil(hypot(xs[k] - xs[k + 1], ys[k] - ys[k + 1]) * _PER_M) for k in range(count + 1)
            ]
            free, until = [from_s] * (count + 1), [to_s] * (count + 1)
            for k, stop in enumerate(stops):
                free[k + 1] = max(free[k] + legs[k], stop.low) + stop.duration
            for k in range(count - 1, -1, -1):
                until[k] = min(until[k + 1] - legs[k + 1] - stops[k].duration, stops[k].high)
            for k in range(count + 1):
                there = ceil(hypot(xs[k] - x, ys[k] - y) * _PER_M)
                back = ceil(hypot(xs[k + 1] - x, ys[k + 1] - y) * _PER_M)
                early, late = free[k] + there, until[k] - back - request.duration_s
                if early > late:
                    continue
                added = there + back - legs[k]
                for low, high, name in windows:
                    at = max(early, low)
                    if at <= late and at <= high and (name not in best or added < best[name][0]):
                        best[name] = (added, person.id, at)
    return best
