"""Every write may be repeated until it is known to be done: there is one event in the end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest

from doorstep.connectors.base import TemporaryFailure, UnknownOutcome
from doorstep.connectors.calendar.base import Removal
from doorstep.demo.graph.faults import (
    ACCEPT_THEN_504,
    ACCEPT_THEN_DROP,
    DROP,
    GARBAGE,
    Fault,
    FaultScript,
)
from tests.unit.connectors.calendar.caldav_world import CaldavWorld, OwnCaldavWorld
from tests.unit.connectors.calendar.google_world import GoogleWorld
from tests.unit.connectors.calendar.worlds import EVENT, NOW, WINDOW

FAULTS = [DROP, ACCEPT_THEN_DROP, ACCEPT_THEN_504, GARBAGE, Fault(503), Fault(429)]
MOST_TRIES = 60
Answer = TypeVar("Answer")


def insist(call: Callable[[], Answer]) -> Answer:
    for _try in range(MOST_TRIES):
        try:
            return call()
        except (TemporaryFailure, UnknownOutcome):
            continue
    raise AssertionError("it never got through")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("made", [GoogleWorld, CaldavWorld, OwnCaldavWorld])
def test_a_third_of_all_requests_going_wrong_leaves_each_visit_once(
    made: Callable[[], GoogleWorld | CaldavWorld], seed: int
) -> None:
    world = made()
    with world.running():
        script: FaultScript
        script = world.double.script if isinstance(world, GoogleWorld) else world.proxy.script
        script.at_random(FAULTS, probability=0.3, seed=seed)
        calendar = world.service().open(world.mailbox)
        events = [
            replace(
                EVENT,
                reference=f"visit-{number}",
                title=f"WO-{number}",
                starts_at=NOW + timedelta(hours=number),
                ends_at=NOW + timedelta(hours=number + 1),
            )
            for number in range(12)
        ]

        for event in events:
            written = insist(partial(calendar.create, event))
            if event is not events[0]:
                moved = replace(event, sequence=1, title=f"{event.title} moved")
                written = insist(partial(calendar.update, moved, written))
            if event is events[-1]:
                remove = partial(calendar.remove, written, reference=event.reference)
                assert insist(remove) in (Removal.REMOVED, Removal.ALREADY_GONE)
        listed = insist(lambda: calendar.list_ours(*WINDOW))

        expected = ["WO-0", *(f"WO-{number} moved" for number in range(1, 11))]
        assert [stored.title for stored in world.events()] == expected
        assert sorted(each.title for each in listed) == sorted(expected)
