"""Travel times and routes from an OSRM server (HTTP API version 1). No live traffic.

https://project-osrm.org/docs/v5.24.0/api/
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.connectors.base import PermanentFailure, setting
from doorstep.connectors.http import HttpClient, check_status
from doorstep.connectors.travel.base import UNROUTABLE, Leg, Matrix, Route
from doorstep.connectors.travel.cells import bad_answer, grid, leg
from doorstep.connectors.travel.paths import decode, route
from doorstep.connectors.travel.pieces import Points, matrix_in_pieces
from doorstep.platform.values.geo import Coordinates


@dataclass(frozen=True, slots=True)
class Settings:
    base_url: str = setting("Address", help="Such as http://osrm:5000.")
    profile: str = setting("Profile", help="driving, bike or foot.", default="driving")
    max_locations: int = setting(
        "Points per request", help="The server's max-table-size.", default=100
    )
    allows_private: bool = setting(
        "The server is in our own network", help="Allow private addresses.", default=True
    )


class Osrm:
    """One server and profile. The time of departure makes no difference to it."""

    settings_class = Settings

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        self._settings = settings
        self._client = client or HttpClient(allow_private=settings.allows_private)

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,  # noqa: ARG002 - the protocol has it
    ) -> Matrix:
        return matrix_in_pieces(
            origins, destinations, self._piece, max_locations=self._settings.max_locations
        )

    def drive(
        self,
        start: Coordinates,
        end: Coordinates,
        departs_at: datetime | None = None,  # noqa: ARG002 - the protocol has it
    ) -> Route | None:
        question = {"overview": "full", "geometries": "polyline6", "steps": "false"}
        answer = self._ask("route", (start, end), question)
        match answer["code"]:
            case "Ok":
                try:
                    found = answer["routes"][0]
                    path = decode(found["geometry"], decimals=6)
                    return route(found["duration"], found["distance"], path)
                except (LookupError, TypeError) as error:
                    raise bad_answer() from error
            case "NoRoute":
                return None
            case code:
                raise PermanentFailure(code, f"OSRM refused the route: {code}.")

    def _piece(self, origins: Points, destinations: Points) -> list[list[Leg]]:
        first = len(origins)
        question = {
            "sources": ";".join(map(str, range(first))),
            "destinations": ";".join(map(str, range(first, first + len(destinations)))),
            "annotations": "duration,distance",
        }
        answer = self._ask("table", (*origins, *destinations), question)
        match answer["code"]:
            case "Ok":
                size = (len(origins), len(destinations))
                seconds = grid(answer.get("durations"), *size)
                metres = grid(answer.get("distances"), *size)
                return [list(map(leg, *row)) for row in zip(seconds, metres, strict=True)]
            case "NoTable":
                return [[UNROUTABLE] * len(destinations) for _origin in origins]
            case code:
                raise PermanentFailure(code, f"OSRM refused the table: {code}.")

    def _ask(self, service: str, places: Points, question: dict[str, str]) -> dict[str, Any]:
        """What the server answered; its `code` is a text."""
        # OSRM puts the longitude first.
        points = ";".join(f"{p.longitude:.6f},{p.latitude:.6f}" for p in places)
        base = self._settings.base_url.rstrip("/")
        response = self._client.request(
            "GET", f"{base}/{service}/v1/{self._settings.profile}/{points}", params=question
        )
        # A refusal says why in its body, with status 400.
        if response.status not in (200, 400):
            check_status(response)
        answer = response.json()
        if not isinstance(answer, dict) or not isinstance(answer.get("code"), str):
            raise bad_answer()
        return answer
