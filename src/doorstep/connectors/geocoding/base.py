"""An address in, places on the map with their precision out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from doorstep.platform.values.geo import Coordinates


@dataclass(frozen=True, slots=True)
class AddressQuery:
    """An address as people write it; every part may be empty. `street` includes the number."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""

    def as_text(self) -> str:
        """The address in one line, for services that take only text."""
        place = " ".join(filter(None, (self.postal_code.strip(), self.city.strip())))
        return ", ".join(filter(None, (self.street.strip(), place, self.country.strip())))


class Precision(StrEnum):
    """How exactly a candidate's coordinates are known, finest first."""

    HOUSE = "house"
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place the address may mean. `zone` is an IANA name, None where the service cannot tell."""

    coordinates: Coordinates
    precision: Precision
    formatted: str
    zone: str | None = None


class Geocoder(Protocol):
    """A service that finds addresses."""

    def geocode(self, query: AddressQuery, *, limit: int = 5) -> list[Candidate]:
        """Candidates, best first; none when the address is unknown or empty. Raises a
        ConnectorError, never UnknownOutcome: asking again changes nothing."""
        ...
