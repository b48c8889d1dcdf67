"""What a customer was told: a window of the portal, an exact time, or two hours from the office."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from doorstep.domain.organization.models import Portal

from .catalog import INTERNAL, Kind
from .customers import Site
from .organization import WINDOW_HOURS, Organization
from .places import TIME_ZONE

_ZONE = ZoneInfo(TIME_ZONE)
_FIVE_MINUTES_S, _HALF_HOUR_S = 300, 1800
_OFFICE_WINDOW_S = 2 * 3600
_BOOKED_ONLINE = 0.62


class Promises:
    """Decides through which door a visit is booked, and what is promised there."""

    def __init__(self, organization: Organization, rng: Random) -> None:
        self._organization = organization
        self._rng = rng

    def door(self, site: Site, kind: Kind) -> Portal | None:
        """The portal it will be booked on, or None for a call to the office."""
        may_be_online = kind.is_offered and kind.type != INTERNAL
        if not may_be_online or self._rng.random() > _BOOKED_ONLINE:
            return None
        if site.is_landlord:
            return self._organization.landlord_portal
        return self._organization.portal

    def grid_s(self, portal: Portal | None) -> int:
        """Arrivals are planned on this grid; the landlords' portal offers half hours."""
        exact = portal is self._organization.landlord_portal
        return _HALF_HOUR_S if exact else _FIVE_MINUTES_S

    def promise(
        self, portal: Portal | None, arrives_s: int
    ) -> tuple[tuple[int, int], Portal | None]:
        """First and last promised instant; no portal when no window of it fits."""
        arrives_at = datetime.fromtimestamp(arrives_s, _ZONE)
        if portal is self._organization.landlord_portal:
            if (8, 0) <= (arrives_at.hour, arrives_at.minute) <= (17, 0):
                return (arrives_s, arrives_s), portal
            portal = None
        if portal is not None:
            for begin, end in WINDOW_HOURS:
                if begin <= arrives_at.hour < end:
                    return (_hour_s(arrives_at, begin), _hour_s(arrives_at, end)), portal
        begins_s = _hour_s(arrives_at, arrives_at.hour)
        return (begins_s, begins_s + _OFFICE_WINDOW_S), None


def _hour_s(at: datetime, hour: int) -> int:
    return int(at.replace(hour=hour, minute=0, second=0).timestamp())
