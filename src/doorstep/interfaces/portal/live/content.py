"""What an open page is told when its visit changes: the same for streams and for polling."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.loader import render_to_string

from doorstep.domain.bookings.codes import is_over, over_at
from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.tracking.live import LiveVisit
from doorstep.interfaces.portal.presenters.live import live_view, map_data, spoken

# A page that was opened in the morning follows along when the technician sets off.
BEFORE_VISIT = timedelta(hours=12)
# Times are told to five minutes, and as "in 25 minutes": so long they may stand.
LONGEST_GOOD = timedelta(minutes=1)
_DONE = (ParentStatus.COMPLETED, ParentStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class Content:
    """`body` is JSON; `tag` changes when it does. `is_last`: nothing more will happen.

    From `good_until` on it is made anew even if nothing has changed but the time.
    """

    body: str
    tag: str
    is_last: bool
    good_until: datetime


def make_content(live: LiveVisit, *, by_link: bool, now: datetime) -> Content:
    """In the active language, for somebody whose right to see the visit has just been checked.

    `page` names the state of the whole page: when it changes the script asks for the page anew.
    """
    booking = live.booking
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
    return Content(body, tag, live.parent in _DONE, _good_until(live, now))


def _good_until(live: LiveVisit, now: datetime) -> datetime:
    """What is shown to nobody after an instant, is not shown to open pages either."""
    ends = [now + LONGEST_GOOD, over_at(live.booking)]
    if live.fades_at is not None:
        ends.append(live.fades_at)
    return min((each for each in ends if each >= now), default=now)


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
