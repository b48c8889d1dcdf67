"""The visit as it stands this minute, in words first: who comes, when, how far away.

All of it is made of what `live_visit` gives: nothing else of a technician reaches the page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.organization.models.booking_policy import METRES, DistanceUnit
from doorstep.domain.tracking.live import Arrival, LiveTechnician, LiveVisit
from doorstep.domain.tracking.visibility import Sight
from doorstep.platform.lib.site_time import format_time, format_window, get_zone
from doorstep.platform.values.geo import Coordinates, distance_m

from .durations import format_duration

ROUND = timedelta(minutes=5)
# Wider than this is told as a range.
ONE_TIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PersonView:
    """`title` stands for a name that is not shown; `sight` is where she is, in words."""

    title: str
    name: str
    initials: str
    photo_url: str
    phone: str
    call_url: str
    text_url: str
    sight: str


@dataclass(frozen=True, slots=True)
class LiveView:
    """`say` is all of it that is worth interrupting a screen reader for."""

    title: str
    when: str
    until: str
    made: str
    notes: tuple[str, ...]
    people: tuple[PersonView, ...]
    has_map: bool
    is_map_coarse: bool
    say: str


def live_view(live: LiveVisit, *, by_link: bool, now: datetime) -> LiveView | None:
    """None while there is nothing to say beyond what the page says of every visit."""
    booking, count = live.booking, len(live.technicians)
    zone = get_zone(booking.time_zone)
    if live.parent is ParentStatus.TRAVELING:
        title = ngettext(
            "Your technician is on the way", "Your technicians are on the way", max(count, 1)
        )
        when, until = _arrival(live.arrival, booking, now)
        notes = _notes(live.arrival, booking, now)
        say = " ".join(part for part in (_sentence(title, when), *notes) if part)
        say = " ".join((say, *dict.fromkeys(_told(each) for each in _shown(live)))).strip()
        return LiveView(
            title=title,
            when=when,
            until=until,
            made=_made(live.arrival, booking),
            notes=notes,
            people=_people(live, by_link=by_link),
            has_map=live.shows_map,
            is_map_coarse=any(each.seen.sight is Sight.COARSE for each in live.technicians),
            say=say,
        )
    if live.parent is ParentStatus.IN_PROGRESS:
        title = _("Your technician is with you")
        since = booking.arrived_at
        when = _("since %(time)s") % {"time": format_time(since, zone)} if since else ""
        return _plain(title, when)
    if live.parent is ParentStatus.ON_BREAK:
        return _plain(
            _("Your technician is taking a break"),
            _("You can read here when the visit goes on."),
        )
    return None


def spoken(live: LiveVisit, view: LiveView | None) -> str:
    """What the live region says when the page has come to this state."""
    if view is not None:
        return view.say
    match live.parent:
        case ParentStatus.COMPLETED:
            return _("The visit is completed.")
        case ParentStatus.CANCELED:
            return _("The visit is canceled.")
        case _other:
            return ""


def map_data(live: LiveVisit, *, by_link: bool) -> dict[str, object] | None:
    """What the script draws; None where there is no map."""
    if not live.is_tracked or not live.shows_map:
        return None
    return {
        "goal": _point(live.goal) if live.goal else None,
        "people": [
            {
                "key": number,
                "initials": each.initials,
                "photo": _photo_url(live.booking, each, number, by_link=by_link),
                "place": _point(each.seen.place),
                "radius": round(each.seen.radius_metres),
                "way": [_point(point) for point in each.way],
            }
            for number, each in enumerate(live.technicians)
            if each.seen.sight.is_on_map and each.seen.place is not None
        ],
    }


def round_to_five(instant: datetime) -> datetime:
    """To the nearest five minutes: no estimate is better than that."""
    past = _past_five(instant)
    return instant - past + (ROUND if past * 2 >= ROUND else timedelta())


# --- When ----------------------------------------------------------------------------------


def _arrival(arrival: Arrival | None, booking: Booking, now: datetime) -> tuple[str, str]:
    """ "Arriving around 14:10", "about 25 minutes"."""
    if arrival is None:
        return "", ""
    zone = get_zone(booking.time_zone)
    if arrival.at <= now and (arrival.is_planned or now - arrival.at > ONE_TIME):
        return _("Later than expected"), _("A new time follows as soon as we know it.")
    if arrival.at <= now:
        return _("Arriving any moment now"), ""
    if arrival.latest_at - arrival.earliest_at <= ONE_TIME:
        when = _("Arriving around %(time)s") % {
            "time": format_time(round_to_five(arrival.at), zone)
        }
        return when, _about(arrival.at - now)
    earliest, latest = _range(arrival, now)
    when = _("Arriving between %(earliest)s and %(latest)s") % {
        "earliest": format_time(earliest, zone),
        "latest": format_time(latest, zone),
    }
    low, high = _minutes(earliest - now), _minutes(latest - now)
    if high >= 60 or low < 5:
        return when, _("in at most %(duration)s") % {"duration": format_duration(high)}
    return when, _("in %(low)d to %(high)d minutes") % {"low": low, "high": high}


def _range(arrival: Arrival, now: datetime) -> tuple[datetime, datetime]:
    """Outwards, so that the range still holds."""
    earliest = max(arrival.earliest_at, now)
    return earliest - _past_five(earliest), arrival.latest_at + (
        -_past_five(arrival.latest_at) % ROUND
    )


def _past_five(instant: datetime) -> timedelta:
    return timedelta(
        minutes=instant.minute % 5, seconds=instant.second, microseconds=instant.microsecond
    )


def _minutes(length: timedelta) -> int:
    """To five minutes too."""
    return max(round(length / ROUND), 0) * 5


def _about(length: timedelta) -> str:
    if length < ROUND:
        return _("in a few minutes")
    return _("in about %(duration)s") % {"duration": format_duration(_minutes(length))}


def _made(arrival: Arrival | None, booking: Booking) -> str:
    if arrival is None:
        return ""
    time = format_time(arrival.made_at, get_zone(booking.time_zone))
    if arrival.is_planned:
        return _("Estimated at %(time)s from the plan of the day") % {"time": time}
    return pgettext("age of an estimate", "As of %(time)s") % {"time": time}


def _notes(arrival: Arrival | None, booking: Booking, now: datetime) -> tuple[str, ...]:
    """What is not as promised, said honestly."""
    at = round_to_five(arrival.at) if arrival else now
    if arrival and arrival.at <= now:
        at = now
    first, last = booking.promised_from, booking.promised_to
    slack = ROUND if first == last else timedelta()
    window = format_window(first, last, get_zone(booking.time_zone))
    if at > last + slack:
        return (_("That is later than promised (%(window)s). We are sorry.") % {"window": window},)
    if arrival and at < first - slack:
        return (_("That is earlier than promised (%(window)s).") % {"window": window},)
    return ()


# --- Who and where -------------------------------------------------------------------------


def _shown(live: LiveVisit) -> tuple[LiveTechnician, ...]:
    return live.technicians if live.shows_map else ()


def _people(live: LiveVisit, *, by_link: bool) -> tuple[PersonView, ...]:
    """Nobody where the portal shows neither persons nor positions."""
    return tuple(
        PersonView(
            title=_("Your technician")
            if len(live.technicians) == 1
            else _("Technician %(number)d") % {"number": number + 1},
            name=each.name,
            initials=each.initials,
            photo_url=_photo_url(live.booking, each, number, by_link=by_link),
            phone=each.phone,
            call_url=f"tel:{each.phone}" if each.phone else "",
            text_url=f"sms:{each.phone}" if each.phone else "",
            sight=_sight(each, live) if live.shows_map else "",
        )
        for number, each in enumerate(live.technicians)
        if live.shows_map or each.name or each.initials or each.phone
    )


def _photo_url(booking: Booking, technician: LiveTechnician, number: int, *, by_link: bool) -> str:
    if not technician.has_photo:
        return ""
    name = "portal:link_visit_photo" if by_link else "portal:visit_photo"
    return reverse(name, args=[booking.code, number])


def _sight(technician: LiveTechnician, live: LiveVisit) -> str:
    """Where she is, with its age; or why that is not shown."""
    seen, goal = technician.seen, live.goal
    zone = get_zone(live.booking.time_zone)
    if not seen.sight.is_on_map or seen.place is None or seen.at is None:
        if seen.sight is Sight.OLD and seen.at is not None:
            return _("The last position is from %(time)s, too old to show.") % {
                "time": format_time(seen.at, zone)
            }
        return _told(technician)
    time = format_time(seen.at, zone)
    if goal is None:
        return pgettext("age of a position", "On the map as of %(time)s") % {"time": time}
    unit = DistanceUnit(live.portal.radius_unit)
    return _("%(distance)s, as of %(time)s") % {
        "distance": format_distance(distance_m(seen.place, goal), unit),
        "time": time,
    }


def _told(technician: LiveTechnician) -> str:
    """Why no position is shown; empty when one is."""
    match technician.seen.sight:
        case Sight.PAUSED:
            return _("Sharing of the position is paused.")
        case Sight.NO_POSITION:
            return _("There is no position yet.")
        case Sight.LEAVING:
            return _("Just setting off; the position follows soon.")
        case Sight.OLD:
            return _("The last position is too old to show.")
        case _shown_on_map:
            return ""


def format_distance(metres: float, unit: DistanceUnit) -> str:
    """ "about 5 km away", from what is shown and no more exact than that."""
    count = round(metres / METRES[unit])
    if unit is DistanceUnit.MILES:
        if count < 1:
            return _("less than a mile away")
        return ngettext("about %(count)d mile away", "about %(count)d miles away", count) % {
            "count": count
        }
    if count < 1:
        return _("less than 1 km away")
    return _("about %(count)d km away") % {"count": count}


def _plain(title: str, when: str) -> LiveView:
    return LiveView(title, when, "", "", (), (), False, False, _sentence(title, when))


def _sentence(title: str, when: str) -> str:
    return f"{title}: {when}." if when and not when.endswith(".") else f"{title}. {when}".strip()


def _point(place: Coordinates | None) -> list[float] | None:
    return [round(place.latitude, 5), round(place.longitude, 5)] if place else None
