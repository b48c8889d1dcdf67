"""Ask one service after the other, and estimate rather than fail: travel never blocks a booking."""

import time
from collections.abc import Sequence
from datetime import datetime

from doorstep.connectors.travel.base import Matrix, TravelTimes
from doorstep.connectors.travel.straight_line import StraightLine
from doorstep.connectors.travel.turns import BUDGET_S, Clock, Turns
from doorstep.platform.values.geo import Coordinates


class FallbackTravel:
    """The services in order of trust, within one budget of time; then the straight line.

    Never raises for a service. Estimated legs are marked `estimated`. `clock` counts seconds and
    only goes forward.
    """

    def __init__(
        self,
        services: Sequence[TravelTimes],
        *,
        estimate: StraightLine | None = None,
        clock: Clock = time.monotonic,
        budget_s: float = BUDGET_S,
    ) -> None:
        named = [(type(service).__name__, service) for service in services]
        self._turns = Turns(named, clock=clock, budget_s=budget_s)
        self._estimate = estimate or StraightLine()

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,
    ) -> Matrix:
        def question(service: TravelTimes) -> Matrix:
            return service.matrix(origins, destinations, departs_at)

        for outcome in self._turns.ask(question):
            if outcome.answer is not None:
                return outcome.answer
        return self._estimate.matrix(origins, destinations, departs_at)

    def close(self) -> None:
        """Let go of the threads without waiting for calls under way."""
        self._turns.close()
