"""Nominatim, Photon and Pelias through geopy, over our own HTTP client.

Only the wording of requests and answers is geopy's; limits in time, size and addresses are ours.
A public server allows about one request a second for a whole company: the caller queues and
caches. Nominatim's own rule: https://operations.osmfoundation.org/policies/nominatim/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from geopy import exc, geocoders
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.location import Location

from doorstep.connectors.base import (
    ConnectorError,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
    setting,
)
from doorstep.connectors.geocoding.base import AddressQuery, Candidate, Precision
from doorstep.connectors.http import LONGEST_RETRY_AFTER_S, HttpClient, check_status
from doorstep.platform.values.geo import Coordinates


@dataclass(frozen=True, slots=True)
class Settings:
    base_url: str = setting("Address", help="Such as https://nominatim.example.com.")
    user_agent: str = setting(
        "User agent", help="Names your company to the service.", default="Doorstep"
    )
    language: str = setting("Language of addresses", default="en")
    timeout_s: float = setting("Time limit in seconds", default=10.0)
    allows_private: bool = setting(
        "The server is in our own network", help="Allow private addresses.", default=False
    )


@dataclass(frozen=True, slots=True)
class PeliasSettings(Settings):
    api_key: str = setting("API key", secret=True, default="")


class GeopyGeocoder:
    """What the three have in common; a subclass makes the geocoder and reads its precision."""

    settings_class: ClassVar[type[Settings]] = Settings

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        scheme, _separator, domain = settings.base_url.strip().rstrip("/").partition("://")
        if scheme not in ("http", "https") or not domain:
            raise InvalidSettings("base_url must start with http:// or https://")
        self._settings = settings
        self._client = client or HttpClient(
            allow_private=settings.allows_private,
            read_s=settings.timeout_s,
            user_agent=settings.user_agent,
        )
        self._geocoder = self._make(
            scheme=scheme,
            domain=domain,
            user_agent=settings.user_agent,
            timeout=settings.timeout_s,
            adapter_factory=self._adapter,
        )

    def geocode(self, query: AddressQuery, *, limit: int = 5) -> list[Candidate]:
        text = query.as_text()
        if not text:
            return []
        try:
            found = self._ask(text, limit) or []
            return [self._candidate(location) for location in found[:limit]]
        except exc.GeopyError as error:
            raise _failure(error) from error
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise TemporaryFailure("bad_answer", "The answer is not a list of places.") from error

    def _make(self, **options: Any) -> Any:
        raise NotImplementedError

    def _ask(self, text: str, limit: int) -> list[Location] | None:
        raise NotImplementedError

    def _precision(self, raw: Mapping[str, Any]) -> Precision:
        raise NotImplementedError

    def _adapter(self, *, proxies: object, ssl_context: object) -> "ClientAdapter":
        return ClientAdapter(self._client, proxies=proxies, ssl_context=ssl_context)

    def _candidate(self, location: Location) -> Candidate:
        return Candidate(
            coordinates=_coordinates(location.raw),
            precision=self._precision(location.raw),
            formatted=str(location.address),
        )


class Nominatim(GeopyGeocoder):
    """OpenStreetMap's geocoder, own or hosted."""

    def _make(self, **options: Any) -> Any:
        return geocoders.Nominatim(**options)

    def _ask(self, text: str, limit: int) -> list[Location] | None:
        found: list[Location] | None = self._geocoder.geocode(
            text, exactly_one=False, limit=limit, language=self._settings.language
        )
        return found

    def _precision(self, raw: Mapping[str, Any]) -> Precision:
        # https://nominatim.org/release-docs/latest/customize/Ranking/ : 26 and 27 are streets,
        # finer ones houses and places in them, 17 to 25 parts of a city.
        rank = int(raw.get("place_rank") or 0)
        if rank > 27:
            return Precision.HOUSE
        if rank > 25:
            return Precision.STREET
        return Precision.DISTRICT if rank > 16 else Precision.CITY


class Photon(GeopyGeocoder):
    """Komoot's geocoder over OpenStreetMap data."""

    PRECISIONS: ClassVar = {
        "house": Precision.HOUSE,
        "street": Precision.STREET,
        "locality": Precision.DISTRICT,
        "district": Precision.DISTRICT,
    }

    def _make(self, **options: Any) -> Any:
        return geocoders.Photon(**options)

    def _ask(self, text: str, limit: int) -> list[Location] | None:
        found: list[Location] | None = self._geocoder.geocode(
            text, exactly_one=False, limit=limit, language=self._settings.language
        )
        return found

    def _precision(self, raw: Mapping[str, Any]) -> Precision:
        return self.PRECISIONS.get(raw["properties"].get("type"), Precision.CITY)


class Pelias(GeopyGeocoder):
    """Pelias, own or hosted with a key."""

    settings_class = PeliasSettings

    PRECISIONS: ClassVar = {
        "address": Precision.HOUSE,
        "venue": Precision.HOUSE,
        "street": Precision.STREET,
        "postalcode": Precision.DISTRICT,
        "neighbourhood": Precision.DISTRICT,
        "borough": Precision.DISTRICT,
    }

    def _make(self, **options: Any) -> Any:
        key = getattr(self._settings, "api_key", "") or None
        return geocoders.Pelias(api_key=key, **options)

    def _ask(self, text: str, limit: int) -> list[Location] | None:  # noqa: ARG002 - not in Pelias
        found: list[Location] | None = self._geocoder.geocode(
            text, exactly_one=False, language=self._settings.language
        )
        return found

    def _precision(self, raw: Mapping[str, Any]) -> Precision:
        return self.PRECISIONS.get(raw["properties"].get("layer"), Precision.CITY)


class ClientAdapter(BaseSyncAdapter):  # type: ignore[misc]
    """geopy's way to the network, through our client."""

    def __init__(self, client: HttpClient, *, proxies: object, ssl_context: object) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._client = client

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:  # noqa: ARG002 - the client has its own limit
        response = self._client.request("GET", url, headers=headers)
        if 300 <= response.status < 400:
            check_status(response)
        if response.status >= 400:
            raise AdapterHTTPError(
                f"HTTP status {response.status}",
                status_code=response.status,
                headers=response.headers,
                text=None,
            )
        return response.json()

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        raise NotImplementedError("none of our geocoders answers in plain text")


def _coordinates(raw: Mapping[str, Any]) -> Coordinates:
    # Not from geopy's Location: it reads a missing number as zero.
    if "geometry" in raw:
        longitude, latitude = raw["geometry"]["coordinates"][:2]
    else:
        longitude, latitude = raw["lon"], raw["lat"]
    return Coordinates(float(latitude), float(longitude))


PERMANENT: dict[type[exc.GeopyError], str] = {
    exc.GeocoderAuthenticationFailure: "sign_in",
    exc.GeocoderInsufficientPrivileges: "forbidden",
    exc.GeocoderQueryError: "bad_query",
    exc.ConfigurationError: "bad_settings",
}


def _failure(error: exc.GeopyError) -> ConnectorError:
    for kind, code in PERMANENT.items():
        if isinstance(error, kind):
            return PermanentFailure(code, str(error))
    if isinstance(error, exc.GeocoderQuotaExceeded):
        wait = getattr(error, "retry_after", None)
        wait = None if wait is None else min(float(wait), LONGEST_RETRY_AFTER_S)
        return TemporaryFailure("too_many", str(error), retry_after_s=wait)
    return TemporaryFailure("unavailable", str(error))
