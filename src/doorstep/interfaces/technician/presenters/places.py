"""The address of a visit, and the link that opens the phone's own maps."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from doorstep.domain.bookings.models import Booking
from doorstep.domain.work.models import WorkLocation


@dataclass(frozen=True, slots=True)
class PlaceView:
    """`is_known`: there is somewhere to go to."""

    lines: tuple[str, ...]
    short: str
    url: str
    opens_tab: bool
    access: str

    @property
    def is_known(self) -> bool:
        return bool(self.url)


def place_of(booking: Booking, *, user_agent: str) -> PlaceView:
    """Where the work is; nowhere for work by phone."""
    order = booking.work_order
    if order.work_location == WorkLocation.AGNOSTIC:
        return PlaceView((), "", "", opens_tab=False, access=order.instructions)
    lines = tuple(order.address_lines)
    where = order.coordinates
    point = f"{where.latitude:.6f},{where.longitude:.6f}" if where else ""
    address = ", ".join(lines)
    url = maps_url(point, address, user_agent) if point or address else ""
    short = ", ".join(part for part in (order.street, order.city) if part)
    return PlaceView(lines, short, url, url.startswith("https"), order.instructions)


def maps_url(point: str, address: str, user_agent: str) -> str:
    """Phones know which of their own maps to open: Android by a geo: address, Apple's devices by
    the address their maps listen to. Elsewhere the way is shown on OpenStreetMap."""
    if "Android" in user_agent:
        label = f"({quote(address)})" if address and point else ""
        return f"geo:{point or '0,0'}?q={point or quote(address)}{label}"
    if any(name in user_agent for name in ("iPhone", "iPad", "Macintosh")):
        query = urlencode({"daddr": point or address, "dirflg": "d"})
        return f"https://maps.apple.com/?{query}"
    if point:
        return "https://www.openstreetmap.org/directions?" + urlencode({"to": point})
    return "https://www.openstreetmap.org/search?" + urlencode({"query": address})
