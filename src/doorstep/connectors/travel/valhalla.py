"""Travel times and routes from a Valhalla server (sources_to_targets and route).

https://valhalla.github.io/valhalla/api/turn-by-turn/api-reference/
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from doorstep.connectors.base import InvalidSettings, PermanentFailure, setting
from doorstep.connectors.http import HttpClient, check_status
from doorstep.connectors.travel.base import UNROUTABLE, Leg, Matrix, Route
from doorstep.connectors.travel.cells import bad_answer, grid, leg
from doorstep.connectors.travel.paths import decode, route
from doorstep.connectors.travel.pieces import Points, matrix_in_pieces
from doorstep.platform.values.geo import Coordinates

METRES_PER_KILOMETRE = 1000
NO_PATH = 442  # Valhalla's number for "no path could be found for input"
DEPART_AT = 1


@dataclass(frozen=True, slots=True)
class Settings:
    base_url: str = setting("Address", help="Such as http://valhalla:8002.")
    costing: str = setting("Costing", help="auto, truck, bicycle, …", default="auto")
    zone: str = setting(
        "Time zone",
        help="IANA name; with it, the time of departure is sent and historical speeds are used.",
        default="",
    )
    max_locations: int = setting("Points per request", default=100)
    max_pairs: int = setting(
        "Pairs per request", help="The server's max_matrix_location_pairs.", default=2500
    )
    allows_private: bool = setting(
        "The server is in our own network", help="Allow private addresses.", default=True
    )


class Valhalla:
    """One server and costing."""

    settings_class = Settings

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        self._settings = settings
        self._client = client or HttpClient(allow_private=settings.allows_private)
        try:
            self._zone = ZoneInfo(settings.zone) if settings.zone else None
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidSettings(f"zone: {settings.zone!r} is not an IANA name") from error

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,
    ) -> Matrix:
        def piece(some_origins: Points, some_destinations: Points) -> list[list[Leg]]:
            return self._piece(some_origins, some_destinations, departs_at)

        return matrix_in_pieces(
            origins,
            destinations,
            piece,
            max_locations=self._settings.max_locations,
            max_pairs=self._settings.max_pairs,
        )

    def drive(
        self, start: Coordinates, end: Coordinates, departs_at: datetime | None = None
    ) -> Route | None:
        question = {"locations": [_location(start), _location(end)], "directions_type": "none"}
        answer = self._ask("route", question, departs_at)
        if answer is None:
            return None
        try:
            trip = answer["trip"]
            # One leg, from the first place to the second.
            path = decode(trip["legs"][0]["shape"], decimals=6)
            found = route(trip["summary"]["time"], trip["summary"]["length"], path)
        except (LookupError, TypeError) as error:
            raise bad_answer() from error
        return replace(found, metres=found.metres * METRES_PER_KILOMETRE)

    def _piece(
        self, origins: Points, destinations: Points, departs_at: datetime | None
    ) -> list[list[Leg]]:
        question = {
            "sources": list(map(_location, origins)),
            "targets": list(map(_location, destinations)),
        }
        answer = self._ask("sources_to_targets", question, departs_at)
        if answer is None:
            return [[UNROUTABLE] * len(destinations) for _origin in origins]
        cells = grid(answer.get("sources_to_targets"), len(origins), len(destinations))
        return [[_leg(cell) for cell in row] for row in cells]

    def _ask(
        self, service: str, places: dict[str, Any], departs_at: datetime | None
    ) -> dict[str, Any] | None:
        """What the server answered; None where it found no path."""
        question = places | {"costing": self._settings.costing, "units": "kilometers"}
        if departs_at is not None and self._zone is not None:
            local = departs_at.astimezone(self._zone)
            question["date_time"] = {"type": DEPART_AT, "value": f"{local:%Y-%m-%dT%H:%M}"}
        base = self._settings.base_url.rstrip("/")
        response = self._client.request("POST", f"{base}/{service}", json=question, repeatable=True)
        if response.status not in (200, 400):
            check_status(response)
        answer = response.json()
        if not isinstance(answer, dict):
            raise bad_answer()
        if "error_code" in answer:
            if answer["error_code"] == NO_PATH:
                return None
            raise PermanentFailure(
                f"valhalla_{answer['error_code']}", f"Valhalla refused: {answer.get('error')}"
            )
        return answer


def _location(place: Coordinates) -> dict[str, float]:
    return {"lat": place.latitude, "lon": place.longitude}


def _leg(cell: object) -> Leg:
    if not isinstance(cell, dict):
        raise bad_answer()
    found = leg(cell.get("time"), cell.get("distance"))
    if found.metres is None:
        return found
    return Leg(found.seconds, found.metres * METRES_PER_KILOMETRE)
