"""The only formatter and parser of local times: instants in, words at the place of work out.

Every function takes aware instants and the zone of the place, never the zone of the server or of
the reader. Texts are in the active language. Times are on the 24-hour clock unless a translation
of the pattern says otherwise. A naive datetime is a ValueError.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import dateformat, formats, translation
from django.utils.translation import gettext, pgettext

ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)
LEFT_TO_RIGHT_ISOLATE, POP_ISOLATE = "\u2066", "\u2069"


class NotADay(ValueError):
    """The text is not a day in the form 2026-11-26."""


class NotATime(ValueError):
    """The text is not a time of day in the form 14:00."""


class UnknownZone(ValueError):
    """The name is not in the IANA time zone database."""


def get_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as "Europe/London"; UnknownZone for anything else."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(f"{name!r} is not an IANA time zone") from error


# --- Local days and instants ---------------------------------------------------------------


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day at the place."""
    return _local(instant, zone).date()


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of the day and first instant after it, in UTC: 23, 24, 25 hours or other.

    A day whose midnight is skipped starts when the clocks have gone forward. A day the zone
    skipped as a whole is empty: both instants are the same.
    """
    return _first_instant(day, zone), _first_instant(day + ONE_DAY, zone)


def combine(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """The instants (UTC) at which the clocks of the place show this time on this day.

    None in the hour that is skipped, two (earlier first) in the hour that comes twice, else one.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    found = {
        instant
        for instant in _both_readings(wall, zone)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall
    }
    return sorted(found)


def parse_day(text: str) -> date:
    """A day as pages and APIs send it, 2026-11-26; NotADay for anything else.

    Years 1900 to 2999 only: nothing is booked outside, and arithmetic on days cannot overflow.
    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise NotADay(f"{text!r} is not a day in the form 2026-11-26")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(f"{text!r} is not in the calendar") from error
    if not 1900 <= day.year <= 2999:
        raise NotADay(f"{text!r} is not a day anybody books")
    return day


def parse_time(text: str) -> time:
    """A time of day as pages and APIs send it, 14:00 or 14:00:00; NotATime for anything else."""
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text):
        raise NotATime(f"{text!r} is not a time in the form 14:00")
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise NotATime(f"{text!r} is not on the clock") from error


# --- Words ---------------------------------------------------------------------------------


def format_day(day: date) -> str:
    """ "Thursday, 26 November 2026" for a day that is already local."""
    return _weekday_and_date("l", _date_pattern(), day)


def format_short_day(day: date) -> str:
    """ "Thu, 26 Nov", without the year, for a day that is already local."""
    return _weekday_and_date("D", _month_day_pattern(), day)


def format_month(day: date) -> str:
    """ "November 2026"."""
    return dateformat.format(day, formats.get_format("YEAR_MONTH_FORMAT"))


def format_days(first: date, last: date) -> str:
    """ "23–29 November 2026", or "30 November – 6 December 2026"."""
    if (first.year, first.month) == (last.year, last.month):
        return gettext("%(first)s–%(last)s %(month)s") % {
            "first": first.day,
            "last": last.day,
            "month": format_month(first),
        }
    pattern = "j F" if _is_english() else formats.get_format("MONTH_DAY_FORMAT")
    return gettext("%(first)s – %(last)s") % {
        "first": dateformat.format(first, pattern),
        "last": dateformat.format(last, _date_pattern()),
    }


def format_date(instant: datetime, zone: ZoneInfo) -> str:
    """ "Thursday, 26 November 2026"."""
    return format_day(local_day(instant, zone))


def format_short_date(instant: datetime, zone: ZoneInfo) -> str:
    """ "Thu, 26 Nov", without the year."""
    return format_short_day(local_day(instant, zone))


def format_relative_day(instant: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """ "today", "tomorrow" or "yesterday" as the place counts days, else the full date."""
    match (local_day(instant, zone) - local_day(now, zone)).days:
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case -1:
            return gettext("yesterday")
        case _:
            return format_date(instant, zone)


def format_time(instant: datetime, zone: ZoneInfo) -> str:
    """ "14:00"; in the hour that comes twice "01:30 (UTC+1)"."""
    local = _local(instant, zone)
    return _clock(local, with_offset=_comes_twice(local))


def format_window(
    start: datetime, end: datetime | None, zone: ZoneInfo, *, with_zone: bool = False
) -> str:
    """ "10:00–12:00"; an exact time "10:00" when `end` is None or the start itself.

    `with_zone` adds ", London time". A window that ends on the next day says so, a longer one
    carries both dates. Both ends carry their UTC offset when one of them comes twice that day.
    """
    text = _window(start, end, zone)
    return _join(text, format_zone(zone)) if with_zone else text


def format_date_and_window(
    start: datetime, end: datetime | None, zone: ZoneInfo, *, with_zone: bool = False
) -> str:
    """ "Thursday, 26 November 2026, 10:00–12:00", with the same rules as `format_window`."""
    return _join(format_date(start, zone), format_window(start, end, zone, with_zone=with_zone))


def format_zone(zone: ZoneInfo) -> str:
    """ "London time": the city of the zone's IANA name, or the bare name when it has no city."""
    area, _slash, city = zone.key.rpartition("/")
    if not area or area == "Etc":
        return city
    # Cities are translated where a catalog knows them; msgids are the names themselves.
    return gettext("%(city)s time") % {"city": gettext(city.replace("_", " "))}


# --- Parts ---------------------------------------------------------------------------------


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} is naive; instants carry their zone")
    return instant.astimezone(zone)


def _both_readings(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants that a wall time means with the offset before and after a nearby change."""
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return before, after


def _first_instant(day: date, zone: ZoneInfo) -> datetime:
    midnights = combine(day, time.min, zone)
    if midnights:
        return midnights[0]
    # Midnight is skipped: the clock change lies between the two readings, to the second.
    low, high = sorted(_both_readings(datetime.combine(day, time.min), zone))
    while high - low > ONE_SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if local_day(middle, zone) >= day:
            high = middle
        else:
            low = middle
    return high


def _comes_twice(local: datetime) -> bool:
    return len(combine(local.date(), local.time(), _zone_of(local))) == 2


def _zone_of(local: datetime) -> ZoneInfo:
    assert isinstance(local.tzinfo, ZoneInfo)
    return local.tzinfo


def _window(start: datetime, end: datetime | None, zone: ZoneInfo) -> str:
    if end is None or end == start:
        return format_time(start, zone)
    first, last = _local(start, zone), _local(end, zone)
    with_offset = _comes_twice(first) or _comes_twice(last)
    opens, closes = _clock(first, with_offset=with_offset), _clock(last, with_offset=with_offset)
    days = (last.date() - first.date()).days
    if days > 1:
        return gettext("%(opens)s to %(closes)s") % {
            "opens": _join(format_short_day(first.date()), opens),
            "closes": _join(format_short_day(last.date()), closes),
        }
    text = _isolated(f"{opens}–{closes}")
    midnight_to_midnight = first.time() == last.time() == time.min
    if days == 1 and (last.time() != time.min or midnight_to_midnight):
        return gettext("%(window)s the next day") % {"window": text}
    return text


def _clock(local: datetime, *, with_offset: bool) -> str:
    pattern = pgettext("time of day in Django's date format letters", "H:i")
    text = dateformat.format(local, pattern)
    return f"{text} ({_offset(local)})" if with_offset else text


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}"


def _isolated(text: str) -> str:
    """Keep "10:00–12:00" in its order inside right-to-left text (Unicode UAX #9, isolates)."""
    if translation.get_language_bidi():
        return f"{LEFT_TO_RIGHT_ISOLATE}{text}{POP_ISOLATE}"
    return text


def _is_english() -> bool:
    return (translation.get_language() or "en").split("-")[0] == "en"


def _date_pattern() -> str:
    # Day before month in all kinds of English, and the month in letters, so that nobody misreads.
    return "j F Y" if _is_english() else formats.get_format("DATE_FORMAT")


def _month_day_pattern() -> str:
    return "j M" if _is_english() else formats.get_format("MONTH_DAY_FORMAT")


def _weekday_and_date(weekday_pattern: str, date_pattern: str, day: date) -> str:
    return pgettext("weekday and date", "%(weekday)s, %(date)s") % {
        "weekday": dateformat.format(day, weekday_pattern),
        "date": dateformat.format(day, date_pattern),
    }


def _join(first: str, second: str) -> str:
    return pgettext("date and time, or time and zone", "%(first)s, %(second)s") % {
        "first": first,
        "second": second,
    }
