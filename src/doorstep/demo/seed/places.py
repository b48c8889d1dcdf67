"""Addresses on real streets of Greater Manchester, with the coordinates our own geocoder gives."""

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

from doorstep.connectors.geocoding.base import AddressQuery
from doorstep.connectors.geocoding.offline import OfflineGeocoder, Settings
from doorstep.platform.values.geo import Coordinates, distance_m

TABLE = Path(__file__).parents[1] / "data" / "manchester_streets.csv"
COUNTRY, TIME_ZONE = "United Kingdom", "Europe/London"
NORTH, SOUTH, WEST = "North", "South", "West"

_CENTER = Coordinates(53.479, -2.245)
# Beyond, a working day would be spent on the road.
_SERVED_M = 14_000
# The letters of the second half of British postcodes; forms that check theirs take these addresses.
# Which code belongs to which house is made up, as the house numbers are.
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_HOUSE_NUMBERS = 140


@dataclass(frozen=True, slots=True)
class Spot:
    """One address within the area that is served."""

    street: str
    city: str
    postal_code: str
    coordinates: Coordinates
    territory: str

    def values(self) -> dict[str, object]:
        """Column values of AddressFields."""
        return {
            "street": self.street,
            "city": self.city,
            "postal_code": self.postal_code,
            "country": COUNTRY,
            "latitude": self.coordinates.latitude,
            "longitude": self.coordinates.longitude,
            "time_zone": TIME_ZONE,
        }


@dataclass(frozen=True, slots=True)
class _Street:
    city: str
    district: str
    postcode: str
    street: str
    territory: str


class Streets:
    """Gives out addresses, each once."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._geocoder = OfflineGeocoder(Settings(table=str(TABLE)))
        self._streets = _read()
        self._taken: set[str] = set()

    def any_in(self, territory: str) -> Spot:
        """An address somewhere in the territory."""
        return self._take([each for each in self._streets if each.territory == territory])

    def any_of(self, district: str) -> Spot:
        """An address in the district; its name is as in the table."""
        return self._take([each for each in self._streets if each.district == district])

    def _take(self, streets: list[_Street]) -> Spot:
        while True:
            street = self._rng.choice(streets)
            number = self._rng.randint(1, _HOUSE_NUMBERS)
            letters = "".join(self._rng.choices(_INWARD_LETTERS, k=2))
            line = f"{number} {street.street}"
            if street.district != street.city:
                line += f", {street.district}"
            postal_code = f"{street.postcode} {self._rng.randint(1, 9)}{letters}"
            query = AddressQuery(line, postal_code, street.city, COUNTRY)
            found = self._geocoder.geocode(query, limit=1)
            if found and line not in self._taken:
                self._taken.add(line)
                return Spot(line, street.city, postal_code, found[0].coordinates, street.territory)


def _read() -> list[_Street]:
    streets = []
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = Coordinates(float(row["latitude"]), float(row["longitude"]))
            if distance_m(place, _CENTER) <= _SERVED_M:
                street = _Street(
                    row["city"], row["district"], row["postcode"], row["street"], _territory(place)
                )
                streets.append(street)
    return streets


def _territory(place: Coordinates) -> str:
    """West of Salford Quays, except the towns towards Bury; else north or south of the center."""
    if place.longitude < -2.285 and (place.latitude < 53.53 or place.longitude < -2.35):
        return WEST
    return NORTH if place.latitude >= 53.478 else SOUTH
