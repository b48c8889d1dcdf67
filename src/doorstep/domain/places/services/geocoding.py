"""Find out where an address is. Nobody waits for it: rows are filled later, by a job.

Coordinates typed by hand win: they are replaced only when the address of the row changes.
"""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

from doorstep.connectors.geocoding.base import AddressQuery, Candidate, Geocoder, Precision
from doorstep.connectors.registry import build
from doorstep.domain.organization.models import Company
from doorstep.domain.organization.models.company import GeocodingProvider
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.address import AddressFields

GEOCODE_TASK = "doorstep.places.geocode"
# The middle of a city is not where a customer lives; rather nothing, which people notice.
_FINE_ENOUGH = frozenset({Precision.HOUSE, Precision.STREET, Precision.DISTRICT})
_ADDRESS = ("street", "city", "postal_code", "country")
_PIN = ("latitude", "longitude")
_DEMO_TABLE = Path(__file__).parents[3] / "demo" / "data" / "manchester_streets.csv"
_DEMO_ZONE = "Europe/London"


def locate(
    *, street: str = "", city: str = "", postal_code: str = "", country: str = ""
) -> Candidate | None:
    """The best place the company's geocoder knows, None unless it is at least a district.

    Raises TemporaryFailure or PermanentFailure of the connector, InvalidSettings when the geocoder
    is not set up.
    """
    company = get_company()
    query = AddressQuery(street, postal_code, city, country or company.country)
    found = _geocoder(company).geocode(query, limit=1)
    return found[0] if found and found[0].precision in _FINE_ENOUGH else None


def geocode_row(*, row: AddressFields, replace: bool = False) -> bool:
    """Fill coordinates and zone of a stored row from its address; True if it was changed.

    Coordinates that are there stay, unless `replace` says that they belong to an earlier address:
    then they go even if the new one is not found, for a wrong place is worse than none. Nothing is
    written when somebody changed address or coordinates meanwhile. Raises as `locate` does.
    """
    if row.pk is None or (row.coordinates and not replace):
        return False
    found = locate(**{name: getattr(row, name) for name in _ADDRESS}) if row.has_address else None
    values: dict[str, object] = {"latitude": None, "longitude": None}
    if found is not None:
        values = {
            "latitude": found.coordinates.latitude,
            "longitude": found.coordinates.longitude,
        }
        if found.zone and (replace or not row.time_zone):
            values["time_zone"] = found.zone
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    unchanged = {name: getattr(row, name) for name in (*_ADDRESS, *_PIN)}
    written = type(row)._default_manager.filter(pk=row.pk, **unchanged).update(**values)
    if written:
        for name, value in values.items():
            setattr(row, name, value)
    return bool(written)


def geocode_soon(*, row: AddressFields, replace: bool = False) -> int:
    """Have a job call `geocode_row`, if the caller's transaction commits. Returns the job's id."""
    return app.configure_task(GEOCODE_TASK).defer(
        model=row._meta.label_lower, pk=row.pk, replace=replace
    )


def follow_address(*, row: AddressFields, changed: Collection[str]) -> bool:
    """After a row was saved with these columns changed: see to its coordinates, soon, if needed.

    Returns whether a job was deferred. Coordinates typed just now are left alone.
    """
    if row.coordinates and any(name in changed for name in _PIN):
        return False
    has_moved = any(name in changed for name in _ADDRESS)
    if not (has_moved if row.coordinates else row.has_address):
        return False
    geocode_soon(row=row, replace=row.coordinates is not None)
    return True


def _geocoder(company: Company) -> Geocoder:
    provider, address = company.geocoding_provider, company.geocoding_domain
    if provider == GeocodingProvider.OFFLINE:
        table = Path(getattr(settings, "DOORSTEP_OFFLINE_GEOCODER", None) or _DEMO_TABLE)
        return _offline(table, _DEMO_ZONE if table == _DEMO_TABLE else "")
    if address and "://" not in address:
        address = f"https://{address}"
    return _online(provider, address)


@lru_cache(maxsize=4)
def _offline(table: Path, zone: str) -> Geocoder:
    return build("geocoding", "offline", {"table": str(table), "zone": zone})


@lru_cache(maxsize=4)
def _online(provider: str, base_url: str) -> Geocoder:
    # The company's own server may well stand in its own network.
    return build("geocoding", provider, {"base_url": base_url, "allows_private": True})
