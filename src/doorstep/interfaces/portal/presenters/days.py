"""A day as a leaf of a tear-off calendar, and as words."""

import datetime as dt
from dataclasses import dataclass

from django.utils import dateformat

from doorstep.platform.lib.site_time import format_day


@dataclass(frozen=True, slots=True)
class Leaf:
    """The parts of a day that is already local, and the whole of it in words."""

    iso: str
    weekday: str
    number: str
    month: str
    full: str


def leaf_of(day: dt.date) -> Leaf:
    return Leaf(
        iso=day.isoformat(),
        weekday=dateformat.format(day, "D"),
        number=dateformat.format(day, "j"),
        month=dateformat.format(day, "M"),
        full=format_day(day),
    )
