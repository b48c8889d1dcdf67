"""Who did what to a visit, when, and from where."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Booking
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.lib.site_time import format_short_date, format_time, get_zone

from .words import source_words, status_words

_MOST = 200


@dataclass(frozen=True, slots=True)
class HistoryLine:
    when: str
    what: str
    who: str
    where: str
    received: str = ""


def visit_history(booking: Booking) -> tuple[HistoryLine, ...]:
    """Changes of status with their own times, and what else happened, newest first."""
    found: list[tuple[datetime, HistoryLine]] = []
    for stamp in booking.timestamps.select_related("status", "user"):
        received = ""
        if stamp.received_at:
            received = _("sent at %(when)s") % {"when": _when(stamp.received_at, booking)}
        line = HistoryLine(
            _when(stamp.at, booking),
            status_words(stamp.status),
            str(stamp.user or ""),
            source_words(stamp.source),
            received,
        )
        found.append((stamp.at, line))
    for entry in history_of(booking)[:_MOST]:
        what = _words(entry)
        if what:
            who = entry.actor_label
            line = HistoryLine(_when(entry.at, booking), what, who, source_words(entry.source))
            found.append((entry.at, line))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(line for _at, line in found)


def _words(entry: LogEntry) -> str:
    """Empty for what the changes of status say already, and for what only the office reads."""
    data = entry.data
    match entry.action:
        case "rescheduled":
            return _("Moved to another time")
        case "shifted":
            return _("Planned time shifted")
        case "reassigned":
            return _("Now %(who)s comes") % {"who": data.get("to", "")}
        case "ticked":
            return _("Ticked: %(item)s") % {"item": data.get("item", "")}
        case "unticked":
            return _("Tick taken back: %(item)s") % {"item": data.get("item", "")}
        case "note written":
            return _("Note written")
        case "photo added":
            return _("Photo added")
        case "signed":
            return _("Signed by %(name)s") % {"name": data.get("name", "")}
        case "running late":
            return _("Told the office: running late")
        case "cannot do it":
            return _("Told the office: cannot do this visit")
    return ""


def _when(instant: datetime, booking: Booking) -> str:
    zone = get_zone(booking.time_zone)
    return _("%(day)s, %(time)s") % {
        "day": format_short_date(instant, zone),
        "time": format_time(instant, zone),
    }
