"""Travel times from an OSRM server (HTTP API version 1, table service). No live traffic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from doorstep.connectors.base import PermanentFailure, setting
from doorstep.connectors.http import HttpClient, check_status
from doorstep.connectors.travel.base import UNROUTABLE, Leg, Matrix
from doorstep.connectors.travel.cells import bad_answer, grid, leg
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

    def _piece(self, origins: Points, destinations: Points) -> list[list[Leg]]:
        # OSRM puts the longitude first.
        points = ";".join(f"{p.longitude:.6f},{p.latitude:.6f}" for p in (*origins, *destinations))
        first = len(origins)
        base = self._settings.base_url.rstrip("/")
        response = self._client.request(
            "GET",
            f"{base}/table/v1/{self._settings.profile}/{points}",
            params={
                "sources": ";".join(map(str, range(first))),
                "destinations": ";".join(map(str, range(first, first + len(destinations)))),
                "annotations": "duration,distance",
            },
        )
        # A refusal says why in its body, with status 400.
        if response.status not in (200, 400):
            check_status(response)
        answer = response.json()
        match answer.get("code") if isinstance(answer, dict) else None:
            case "Ok":
                size = (len(origins), len(destinations))
                seconds = grid(answer.get("durations"), *size)
                metres = grid(answer.get("distances"), *size)
                return [list(map(leg, *row)) for row in zip(seconds, metres, strict=True)]
            case "NoTable":
                return [[UNROUTABLE] * len(destinations) for _origin in origins]
            case str(code):
                raise PermanentFailure(code, f"OSRM refused the table: {code}.")
            case _:
                raise bad_answer()
