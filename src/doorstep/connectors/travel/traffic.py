"""What the services that know the traffic have in common: a key, a host, and how they refuse."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from doorstep.connectors.base import (
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
    setting,
)
from doorstep.connectors.http import HttpClient, HttpResponse, check_status, parse_retry_after
from doorstep.connectors.travel.base import Drives
from doorstep.platform.values.geo import Coordinates

# Who waits for an estimate waits two seconds; a test from the office may take longer.
CONNECT_S, READ_S, TOTAL_S = 2.0, 5.0, 10.0
METRES_PER_KILOMETRE, SECONDS_PER_MINUTE = 1000, 60
# Services refuse a departure in the past, and the question is a moment on its way.
SOONEST = timedelta(minutes=1)
_KEY = re.compile(r"[!-~]+")
# Across a city that all of them know.
_TRIAL = Coordinates(52.5163, 13.3777), Coordinates(52.5219, 13.4132)

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Settings:
    """A subclass gives `base_url` its default."""

    api_key: str = setting("API key", secret=True)
    base_url: str = setting("Address", default="")
    allows_private: bool = setting(
        "The server is in our own network",
        help="For a gateway of yours: allow private addresses, and http.",
        default=False,
    )

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.api_key):
            raise InvalidSettings("api_key must be letters, digits and signs without spaces")
        schemes = ("https://", "http://") if self.allows_private else ("https://",)
        if not self.base_url.startswith(schemes):
            raise InvalidSettings(f"base_url must start with {' or '.join(schemes)}")


def client_for(settings: Settings) -> HttpClient:
    """The client of one account, quick to give up."""
    return HttpClient(
        allow_private=settings.allows_private,
        connect_s=CONNECT_S,
        read_s=READ_S,
        total_s=TOTAL_S,
    )


def address_of(settings: Settings) -> str:
    return settings.base_url.rstrip("/")


def now_utc() -> datetime:
    return datetime.now(UTC)


def departure(departs_at: datetime | None, now: datetime) -> str | None:
    """The instant as services read it; None for "now", which is what a past one means too."""
    if departs_at is None or departs_at < now + SOONEST:
        return None
    return f"{departs_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def check_refusal(response: HttpResponse, *, now: datetime) -> None:
    """Pass 2xx; else raise the error that fits, in words for the office."""
    match response.status:
        case 401 | 403:
            raise refused_key(f"HTTP status {response.status}")
        case 429:
            raise used_up(response, now=now)
        case _:
            check_status(response, now=now)


def refused_key(reason: str) -> CredentialsRefused:
    return CredentialsRefused(
        f"The service refuses the API key: it is wrong, or may not ask for routes ({reason})."
    )


def used_up(response: HttpResponse, *, now: datetime) -> TemporaryFailure:
    """The quota is used up; with the wait the service asked for, if it did."""
    wait = parse_retry_after(response.headers.get("retry-after"), now)
    return TemporaryFailure(
        "quota", "Too many questions: the quota of this key is used up.", retry_after_s=wait
    )


def refused_question(reason: str) -> PermanentFailure:
    """`reason` is a code of the service's own; anything else may repeat what was asked."""
    code = reason if re.fullmatch(r"[A-Za-z0-9_]{1,60}", reason) else "unknown"
    return PermanentFailure(code, f"The service refused the question: {code}.")


def try_out(service: Drives) -> str:
    """Ask for one drive across a city, and say in a sentence what came."""
    found = service.drive(*_TRIAL)
    if found is None:
        raise PermanentFailure("no_road", "It answers, but knows no road across Berlin.")
    kilometres = found.metres / METRES_PER_KILOMETRE
    minutes = round(found.seconds / SECONDS_PER_MINUTE)
    traffic = "with traffic" if found.has_traffic else "without traffic"
    return f"It answers, {traffic}: {kilometres:.1f} km in {minutes} min across Berlin, now."
