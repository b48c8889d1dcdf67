"""What somebody wants booked, and where that is."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.work.models import IncidentType
from doorstep.platform.lib.address import AddressFields

from .errors import NotBookable
from .models import Booking


@dataclass(frozen=True, slots=True)
class Wish:
    """A service for an account, perhaps for one of its assets.

    `booking` is the visit to be moved: the time it takes now counts as free. `contact` is who
    asks: what is held for her counts as free too.
    """

    portal: Portal
    account: Account
    incident_type: IncidentType
    asset: CustomerAsset | None = None
    booking: Booking | None = None
    contact: Contact | None = None

    @property
    def is_from_today(self) -> bool:
        """Whether the least lead time does not count: we are late for the visit that moves."""
        return self.booking is not None and self.booking.expected_late_at is not None


def place_of(wish: Wish) -> AddressFields:
    """Where the work takes place: a visit keeps its work order's address, an asset may have one of
    its own, else it is the account's (product reference 3.4)."""
    if wish.booking is not None:
        return wish.booking.work_order
    if wish.asset is not None:
        return wish.asset.place
    return wish.account


def minutes_of(wish: Wish) -> int | None:
    """How long the work takes: a visit keeps its duration when the service gets another one."""
    if wish.booking is not None:
        return wish.booking.duration_minutes
    return wish.incident_type.duration_minutes


def work_location_of(wish: Wish) -> str:
    """Where work of this kind is done; a visit keeps what its work order says."""
    if wish.booking is not None:
        return wish.booking.work_order.work_location
    return wish.incident_type.work_location


def zone_of(wish: Wish, *, default: str = "") -> ZoneInfo:
    """The zone of the place of work; all days and times of a visit are counted in it.

    `default` is the company's zone, for who knows it already.
    """
    if wish.booking is not None:
        return ZoneInfo(wish.booking.time_zone)
    place = place_of(wish)
    name = place.time_zone or wish.account.time_zone or default
    return ZoneInfo(name or get_company().time_zone)


def check_bookable(wish: Wish) -> None:
    """Raises NotBookable unless portal, account, asset and service may (still) be booked by a
    customer. A visit that exists already may be moved even if its service is no longer offered."""
    incident_type = wish.incident_type
    offered = wish.booking is not None or (
        incident_type.is_active
        and incident_type.is_customer_bookable
        and incident_type.work_order_type is not None
        and not incident_type.work_order_type.is_excluded
    )
    asset_fits = wish.asset is None or (
        wish.asset.account_id == wish.account.pk
        and (
            wish.booking is not None
            or (wish.asset.is_active and wish.portal.allows_asset_selection)
        )
    )
    if not (
        offered
        and asset_fits
        and minutes_of(wish)
        and wish.account.may_use_portal
        and wish.portal.is_self_scheduling_enabled
    ):
        raise NotBookable
