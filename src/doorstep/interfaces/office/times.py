"""Instants as the office reads them: in the company's zone (active in every office request), or in
the zone of the place of work, which is then named."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from doorstep.platform.lib import site_time

# Beyond this a date without its year could be misread.
_NEAR = timedelta(days=150)


def office_zone() -> ZoneInfo:
    zone = timezone.get_current_timezone()
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")


def in_lists(instant: datetime | None, zone: ZoneInfo | None = None) -> str:
    """ "Thu, 26 Nov, 10:00", with the year when it is far away; a dash for none."""
    if instant is None:
        return "–"
    zone = zone or office_zone()
    if abs(instant - timezone.now()) > _NEAR:
        return site_time.format_date_and_window(instant, None, zone)
    return _("%(day)s, %(time)s") % {
        "day": site_time.format_short_date(instant, zone),
        "time": site_time.format_time(instant, zone),
    }


def promise(start: datetime, end: datetime, zone_name: str) -> str:
    """ "Thursday, 26 November 2026, 10:00–12:00, London time"."""
    zone = site_time.get_zone(zone_name)
    return site_time.format_date_and_window(start, end, zone, with_zone=True)


def short_promise(start: datetime, end: datetime, zone_name: str) -> str:
    """ "Thu, 26 Nov, 10:00–12:00, London time"."""
    zone = site_time.get_zone(zone_name)
    return _("%(day)s, %(window)s") % {
        "day": site_time.format_short_date(start, zone),
        "window": site_time.format_window(start, end, zone, with_zone=True),
    }
