"""What stands below a booking: who comes when, and its changes of status."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Assignment, Booking, StatusTimestamp
from doorstep.platform.lib.site_time import get_zone

from .panels import Cell, Panel
from .times import in_lists


def assignment_panel(booking: Booking, parts: Iterable[Assignment]) -> Panel:
    """Times are those of the place of work."""
    zone = get_zone(booking.time_zone)
    rows: list[list[Cell]] = [
        [
            str(part.resource),
            in_lists(part.starts_at, zone),
            _("%(minutes)s min") % {"minutes": part.travel_minutes},
            in_lists(part.arrives_at, zone),
            in_lists(part.ends_at, zone),
        ]
        for part in parts
    ]
    headers = [_("Comes"), _("Departure"), _("Travel"), _("Arrival"), _("End")]
    return Panel(_("Assignments"), headers, rows, empty=_("Nobody is assigned."))


def timestamp_panel(timestamps: Iterable[StatusTimestamp]) -> Panel:
    rows: list[list[Cell]] = [
        [in_lists(stamp.at), str(stamp.status), str(stamp.user or "–"), stamp.get_source_display()]
        for stamp in timestamps
    ]
    headers = [_("When"), _("Status"), _("Who"), _("From where")]
    return Panel(_("Changes of status"), headers, rows, empty=_("None yet."))
