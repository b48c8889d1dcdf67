"""The live part of a visit's page, as the page is first shown."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from doorstep.domain.bookings.codes import is_over
from doorstep.domain.bookings.models import Booking
from doorstep.domain.organization.models.booking_policy import METRES, DistanceUnit
from doorstep.domain.tracking.live import live_visit
from doorstep.interfaces.portal.presenters.live import live_view, spoken

from .content import is_followed, page_key

RINGS = (1, 2, 5, 10, 20)


def live_context(booking: Booking, *, by_link: bool, now: datetime) -> dict[str, Any]:
    """For the template: `live` in words, `follow` where the script keeps the page up to date."""
    if by_link and is_over(booking, now=now):
        return {"live": None, "follow": None}
    live = live_visit(booking, now=now)
    view = live_view(live, by_link=by_link, now=now)
    if not is_followed(booking, now=now):
        return {"live": view, "follow": None}
    portal = live.portal
    prefix = "portal:link_" if by_link else "portal:"
    visit_url = reverse(f"{prefix}visit", args=[booking.code])
    return {
        "live": view,
        "follow": {
            "page": page_key(booking, by_link=by_link, now=now),
            "stream_url": f"{visit_url}live?language={get_language()}",
            "poll_url": reverse(f"{prefix}visit_live", args=[booking.code]),
            "say": spoken(live, view),
            "has_map": portal.is_tracking_enabled and portal.shows_map,
        },
        "tiles": settings.MAP_TILES,
        "rings_json": json.dumps(_rings(DistanceUnit(portal.radius_unit))),
    }


def _rings(unit: DistanceUnit) -> list[list[object]]:
    """Circles around the place that give a map without tiles its scale: meters and their name."""
    name = _("%(count)d mi") if unit is DistanceUnit.MILES else _("%(count)d km")
    return [[round(count * METRES[unit]), name % {"count": count}] for count in RINGS]
