"""A portal's policy as targets of the search: which windows or times exist on which days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from doorstep.domain.organization.models import ArrivalWindow, Portal
from doorstep.domain.organization.models.booking_policy import OfferMode
from doorstep.engine import Target
from doorstep.engine import windows as engine_windows
from doorstep.platform.lib.site_time import local_day

from .errors import InvalidOffer

Windows = tuple[engine_windows.ArrivalWindow, ...]
_KEY_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a customer chooses: arrival between two instants, or at one when they are equal."""

    from_at: datetime
    to_at: datetime

    @property
    def key(self) -> str:
        """A stable name for forms and addresses."""
        return f"{self.from_at:{_KEY_FORMAT}}-{self.to_at:{_KEY_FORMAT}}"

    @classmethod
    def of(cls, target: Target) -> "Promise":
        return cls(
            datetime.fromtimestamp(target.from_s, UTC), datetime.fromtimestamp(target.to_s, UTC)
        )

    @classmethod
    def parse(cls, key: str) -> "Promise":
        """Raises InvalidOffer for anything that is not a key made by `Promise.key`."""
        begin, _dash, end = key.partition("-")
        try:
            found = cls(
                datetime.strptime(begin, _KEY_FORMAT).replace(tzinfo=UTC),
                datetime.strptime(end, _KEY_FORMAT).replace(tzinfo=UTC),
            )
        except ValueError as error:
            raise InvalidOffer from error
        if found.key != key:
            raise InvalidOffer
        return found


def bookable_range(
    portal: Portal, zone: ZoneInfo, now: datetime, *, from_today: bool = False
) -> tuple[date, date]:
    """First and last bookable day, both included, counted from today at the place of work.

    `from_today`: without the portal's least lead time.
    """
    today = local_day(now, zone)
    return (
        today if from_today else today + timedelta(days=portal.min_lead_days),
        today + timedelta(days=portal.max_lead_days),
    )


def windows_of(rows: Iterable[ArrivalWindow]) -> Windows:
    """A portal's windows as the engine wants them, in the order of the rows."""
    return tuple(engine_windows.ArrivalWindow(row.from_time, row.to_time, row.name) for row in rows)


def targets_for(
    portal: Portal, zone: ZoneInfo, days: Sequence[date], windows: Windows | None = None
) -> tuple[Target, ...]:
    """All windows or times the portal's policy knows on the given days, bookable or not.

    `windows` are the portal's, for who has read them already. The same question is answered with
    the same tuple, by which the engine knows it again.
    """
    if windows is None:
        windows = windows_of(portal.windows.all())
    grid = engine_windows.Grid(
        portal.grid_minutes,
        anchor=portal.grid_from,
        restarts_per_window=portal.grid_restarts,
    )
    hours = (portal.grid_from, portal.grid_to)
    return _targets(portal.offer_mode, windows, grid, hours, zone, tuple(days))


# The same days are asked for again and again, by every customer of a place.
@lru_cache(maxsize=512)
def _targets(
    mode: str,
    windows: Windows,
    grid: engine_windows.Grid,
    hours: tuple[time, time],
    zone: ZoneInfo,
    days: tuple[date, ...],
) -> tuple[Target, ...]:
    targets: list[Target] = []
    for day in days:
        if mode == OfferMode.WINDOWS:
            if windows:
                targets += engine_windows.expand(day, zone, windows=windows, first_id=len(targets))
        elif mode == OfferMode.GRID:
            targets += engine_windows.expand(
                day,
                zone,
                grid=grid,
                hours=hours,
                first_id=len(targets),
            )
        elif windows:
            targets += engine_windows.expand(
                day, zone, windows=windows, grid=grid, first_id=len(targets)
            )
    return tuple(targets)


def find_target(
    portal: Portal,
    zone: ZoneInfo,
    promise: Promise,
    now: datetime,
    windows: Windows | None = None,
    *,
    from_today: bool = False,
) -> Target:
    """The one target a promise names. Raises InvalidOffer off the policy or the lead time."""
    day = local_day(promise.from_at, zone)
    first, last = bookable_range(portal, zone, now, from_today=from_today)
    if not first <= day <= last:
        raise InvalidOffer
    for target in targets_for(portal, zone, [day], windows):
        if Promise.of(target) == promise:
            return target
    raise InvalidOffer
