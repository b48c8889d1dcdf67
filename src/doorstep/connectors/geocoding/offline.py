"""The built-in geocoder: streets, districts and cities from a CSV table, without any network.

Meant for the demo, for tests and for companies that keep a table of their own area. The columns
are city, district, postcode, street, latitude, longitude; a British postcode may be its outward
half. Spelling is forgiven, places are not: a street is only looked for where postcode, district
or city say, because a street of the same name in another town is worse than no street.
"""

import csv
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from math import cos, radians, sin
from pathlib import Path

from doorstep.connectors.base import InvalidSettings, setting
from doorstep.connectors.geocoding.base import AddressQuery, Candidate, Precision
from doorstep.platform.values.geo import Coordinates

# Similarity (difflib's ratio) from which two spellings count as the same name.
SAME_STREET, SAME_PLACE = 0.8, 0.85
LONGEST_PART = 200
METRES_PER_DEGREE = 111_320.0
METRES_PER_HOUSE = 5
HOUSES_PER_TABLE_STREET = 80
ABBREVIATIONS = {
    "rd": "road", "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "ln": "lane",
    "dr": "drive", "cl": "close", "ct": "court", "gr": "grove", "sq": "square", "saint": "st",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    table: str = setting("Table of streets", help="Path of a CSV file.")
    zone: str = setting("Time zone", help="IANA name for all places of the table.", default="")


@dataclass(frozen=True, slots=True)
class Row:
    """One street of the table, with the normalized names it is found by."""

    city: str
    district: str
    postcode: str
    street: str
    coordinates: Coordinates
    city_key: str
    district_key: str
    postcode_key: str
    street_key: str


class OfflineGeocoder:
    """Reads the table once; safe to share between threads."""

    settings_class = Settings

    def __init__(self, settings: Settings) -> None:
        self._zone = settings.zone or None
        self._rows = _read(Path(settings.table))

    def geocode(self, query: AddressQuery, *, limit: int = 5) -> list[Candidate]:
        street, number = _split_number(_first_part(query.street))
        scopes, precision = self._scopes(query)
        for rows in scopes if street else ():
            matches = _matching_streets(rows, street)
            if matches:
                return [self._street(row, number) for row in matches[:limit]]
        return self._areas(scopes[0], precision)[:limit] if precision else []

    def _scopes(self, query: AddressQuery) -> tuple[list[Sequence[Row]], Precision | None]:
        """Where to look for the street, narrowest first, and how precise the narrowest is.

        A district gives way to its whole postcode area: people differ on where districts end.
        """
        by_postcode = self._rows_of_postcode(query)
        named = [_key(part) for part in (query.city, *_further_parts(query.street)) if part.strip()]
        by_district = _rows_named(by_postcode or self._rows, named, "district_key")
        if by_district:
            codes = {row.postcode_key for row in by_district}
            around = [row for row in self._rows if row.postcode_key in codes]
            return [by_district, around], Precision.DISTRICT
        if by_postcode:
            return [by_postcode], Precision.DISTRICT
        by_city = _rows_named(self._rows, named, "city_key")
        if by_city:
            return [by_city], Precision.CITY
        says_where = bool(named or query.postal_code.strip())
        return [] if says_where else [self._rows], None

    def _rows_of_postcode(self, query: AddressQuery) -> list[Row]:
        for text in (query.postal_code, *_further_parts(query.street), query.city):
            keys = _postcode_keys(text)
            found = [row for row in self._rows if row.postcode_key in keys]
            if found:
                return found
        return []

    def _street(self, row: Row, number: str) -> Candidate:
        return Candidate(
            coordinates=_along_the_street(row, number) if number else row.coordinates,
            precision=Precision.STREET,
            formatted=f"{number} {row.street}, {_place_name(row)}".strip(),
            zone=self._zone,
        )

    def _areas(self, rows: Iterable[Row], precision: Precision) -> list[Candidate]:
        areas: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows:
            is_city = precision == Precision.CITY
            areas[(row.city,) if is_city else (row.district, row.postcode)].append(row)
        return [
            Candidate(
                coordinates=_middle(members),
                precision=precision,
                formatted=name[0] if precision == Precision.CITY else _place_name(members[0]),
                zone=self._zone,
            )
            for name, members in areas.items()
        ]


# --- Reading the table ---------------------------------------------------------------------


def _read(table: Path) -> tuple[Row, ...]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = tuple(_row(line) for line in csv.DictReader(file))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InvalidSettings(f"table: {table} is not a readable table of streets") from error
    if not rows:
        raise InvalidSettings(f"table: {table} has no streets")
    return rows


def _row(line: dict[str, str]) -> Row:
    return Row(
        city=line["city"],
        district=line["district"],
        postcode=line["postcode"],
        street=line["street"],
        coordinates=Coordinates(float(line["latitude"]), float(line["longitude"])),
        city_key=_key(line["city"]),
        district_key=_key(line["district"]),
        postcode_key=_key(line["postcode"]).replace(" ", ""),
        street_key=_street_key(line["street"]),
    )


# --- Names ---------------------------------------------------------------------------------


def _key(text: str) -> str:
    """Case, accents, punctuation and spacing do not tell two names apart."""
    decomposed = unicodedata.normalize("NFKD", text[:LONGEST_PART].casefold())
    plain = "".join(ch for ch in decomposed if not unicodedata.combining(ch))
    plain = plain.replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def _street_key(text: str) -> str:
    words = _key(text).split()
    # "St" in front is a saint, "St" behind is a street.
    return " ".join(
        "st" if index == 0 and word == "st" else ABBREVIATIONS.get(word, word)
        for index, word in enumerate(words)
    )


def _first_part(street: str) -> str:
    """The part of "Flat 3, 12 Barlow Moor Road, Didsbury" that names the street."""
    parts = _parts(street)
    numbered = [part for part in parts if re.match(r"\d+\s*\w?\s+\D{3}", part)]
    return (numbered or parts or [""])[0]


def _further_parts(street: str) -> list[str]:
    first = _first_part(street)
    return [part for part in _parts(street) if part != first]


def _parts(street: str) -> list[str]:
    # "12, Barlow Moor Road" is one part.
    text = re.sub(r"^\s*(\d{1,5}\s?\w?),\s*(?=[^\d\s])", r"\1 ", street[:LONGEST_PART])
    return [part.strip() for part in text.split(",") if part.strip()]


def _split_number(street: str) -> tuple[str, str]:
    """("barlow moor road", "12a") from either order; the number may be missing."""
    before = re.match(r"(\d{1,5}\s?[a-z]?)\b\s+(.+)", street.strip(), re.IGNORECASE | re.DOTALL)
    if before:
        return _street_key(before[2]), before[1].replace(" ", "")
    behind = re.match(r"(.+?)\s+(\d{1,5}\s?[a-z]?)$", street.strip(), re.IGNORECASE | re.DOTALL)
    if behind:
        return _street_key(behind[1]), behind[2].replace(" ", "")
    return _street_key(street), ""


def _postcode_keys(text: str) -> set[str]:
    """The postcode itself and, in case it is British, its outward half."""
    whole = _key(text).replace(" ", "")
    keys = {whole} if whole else set()
    british = re.search(r"([a-z]{1,2}\d[a-z\d]?)(\d[a-z]{2})$", whole)
    return keys | {british[1]} if british else keys


def _place_name(row: Row) -> str:
    names = [row.district] if row.district == row.city else [row.district, row.city]
    return f"{', '.join(names)} {row.postcode}"


# --- Matching ------------------------------------------------------------------------------


def _rows_named(rows: Sequence[Row], names: list[str], attribute: str) -> list[Row]:
    known = {getattr(row, attribute) for row in rows}
    for name in names:
        close = [name] if name in known else get_close_matches(name, sorted(known), 1, SAME_PLACE)
        if close:
            return [row for row in rows if getattr(row, attribute) == close[0]]
    return []


def _matching_streets(rows: Sequence[Row], street: str) -> list[Row]:
    exact = [row for row in rows if row.street_key == street]
    if exact:
        return exact
    names = {row.street_key for row in rows}
    close = get_close_matches(street, sorted(names), 5, SAME_STREET)
    likeness = {name: SequenceMatcher(None, street, name).ratio() for name in close}
    matches = [row for row in rows if row.street_key in likeness]
    return sorted(matches, key=lambda row: (-likeness[row.street_key], row.district, row.street))


# --- Coordinates ---------------------------------------------------------------------------


def _along_the_street(row: Row, number: str) -> Coordinates:
    """Spread house numbers along an invented line through the street's point, up to 200 m off.

    The same house is always in the same place, and neighbors are near each other.
    """
    seed = hashlib.sha256(f"{row.postcode_key} {row.street_key}".encode()).digest()
    bearing = radians(seed[0] / 256 * 180)
    house = int(re.sub(r"\D", "", number)) % HOUSES_PER_TABLE_STREET
    metres = (house - HOUSES_PER_TABLE_STREET / 2) * METRES_PER_HOUSE
    latitude = row.coordinates.latitude + metres * cos(bearing) / METRES_PER_DEGREE
    shrink = max(0.01, cos(radians(row.coordinates.latitude)))
    longitude = row.coordinates.longitude + metres * sin(bearing) / METRES_PER_DEGREE / shrink
    return Coordinates(max(-90.0, min(90.0, latitude)), max(-180.0, min(180.0, longitude)))


def _middle(rows: Sequence[Row]) -> Coordinates:
    return Coordinates(
        sum(row.coordinates.latitude for row in rows) / len(rows),
        sum(row.coordinates.longitude for row in rows) / len(rows),
    )
