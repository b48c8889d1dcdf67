"""What an open page is told when its visit changes: the same for streams and for polling."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.loader import render_to_string

from doorstep.domain.bookings.codes import is_over
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.tracking.live import live_visit
from doorstep.interfaces.portal.presenters.live import live_view, map_data, spoken

# A page that was opened in the morning follows along when the technician sets off.
BEFORE_VISIT = timedelta(hours=12)
_DONE = (ParentStatus.COMPLETED, ParentStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class Content:
    """`body` is JSON; `tag` changes when it does. `is_last`: nothing more will happen."""

    body: str
    tag: str
    is_last: bool


def make_content(booking: Booking, *, by_link: bool, now: datetime) -> Content:
    """In the active language, for somebody whose right to see the visit has just been checked.

    `page` names the state of the whole page: when it changes the script asks for the page anew.
    """
    live = live_visit(booking, now=now)
    is_least = by_link and is_over(booking, now=now)
    view = None if is_least else live_view(live, by_link=by_link, now=now)
    data = {
        "page": page_key(booking, by_link=by_link, now=now),
        "say": spoken(live, view),
        "words": render_to_string("portal/live/_words.html", {"live": view}) if view else "",
        "people": render_to_string("portal/live/_people.html", {"live": view}) if view else "",
        "map": map_data(live, by_link=by_link) if view else None,
    }
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    tag = hashlib.sha256(body.encode()).hexdigest()[:32]
    return Content(body, tag, is_last=live.parent in _DONE)


def page_key(booking: Booking, *, by_link: bool, now: datetime) -> str:
    """Changes with everything the rest of the page shows: status, times, who may do what."""
    least = by_link and is_over(booking, now=now)
    late = f"-{booking.expected_late_at:%d%H%M}" if booking.expected_late_at else ""
    return f"{booking.version}-{booking.parent_status.value}{'-least' if least else ''}{late}"


def is_followed(booking: Booking, *, now: datetime) -> bool:
    """Whether a page of this visit is kept up to date: from some hours before it until it is
    done."""
    if booking.parent_status in _DONE:
        return False
    if booking.parent_status is not ParentStatus.SCHEDULED:
        return True
    starts_soon = min(booking.starts_at, booking.promised_from) - BEFORE_VISIT <= now
    return starts_soon and now <= booking.promised_to + BEFORE_VISIT
