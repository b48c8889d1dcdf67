"""What the doubles of the services that know the traffic share: the grid, with a jam on it."""

from datetime import UTC, datetime
from typing import Any

from doorstep.platform.values.geo import Coordinates
from tests.doubles.grid import drive
from tests.doubles.http import HttpDouble, Reply

KEY = "not-a-real-key-0123456789"


class TrafficDouble(HttpDouble):
    """Takes `KEY` alone. `jam_s` is what the traffic adds to a drive; the last departure that was
    asked for is kept, and one in the past is refused."""

    def __init__(self, reply: Reply | None = None) -> None:
        super().__init__(reply)
        self.jam_s = 120
        self.departure: str | None = None
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def is_past(self, departure: str | None) -> bool:
        self.departure = departure
        return departure is not None and datetime.fromisoformat(departure) < self.now

    def drive(self, start: Coordinates, end: Coordinates) -> tuple[int, int, int] | None:
        """Seconds with traffic, seconds without, metres; None between mainland and island."""
        found = drive(start, end)
        if found is None:
            return None
        seconds, metres = found
        return round(seconds) + self.jam_s, round(seconds), round(metres)


def place(value: Any) -> Coordinates:
    """From a mapping with `latitude` and `longitude`."""
    return Coordinates(value["latitude"], value["longitude"])
