"""The choice of a time, shared by booking and moving."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _

from doorstep.domain.bookings.errors import InvalidOffer, NoPlace, NotBookable, OfferGone
from doorstep.domain.bookings.services.search import (
    OfferList,
    Window,
    Wish,
    bookable_days,
    find_first,
    place_of,
    search_offers,
    zone_of,
)
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.bookings.wish import minutes_of
from doorstep.interfaces.portal.presenters.durations import format_duration
from doorstep.interfaces.portal.presenters.times import (
    STRIP_DAYS,
    month_view,
    next_available,
    times_view,
)
from doorstep.interfaces.web.requests import PageRequest
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import NotADay, local_day, parse_day

ONE_DAY = dt.timedelta(days=1)


def times_context(
    request: PageRequest,
    *,
    wish: Wish,
    url: str,
    checked: str = "",
    current: str = "",
    day: str = "",
) -> dict[str, Any]:
    """What the time page shows: a month, or a strip of days with the windows of one of them.

    The days come from the address (`day`, `from`, `view=month` with `month`) unless `day` is
    given; what cannot be a bookable day is answered with the first one that is.
    """
    now = timezone.now()
    context: dict[str, Any] = {
        "service": wish.incident_type.customer_name or wish.incident_type.name,
        "duration": format_duration(minutes_of(wish) or 0),
        "address": place_of(wish).one_line_address,
        "times_url": url,
    }
    try:
        if request.GET.get("view") == "month":
            context["month"] = _month(request, wish, url=url, now=now)
        else:
            wanted = day or request.GET.get("day", "")
            offers, selected, first = _find(request, wish, wanted, now)
            context["times"] = times_view(
                offers, selected=selected, url=url, checked=checked, current=current
            )
            if first is not None:
                today = local_day(now, offers.zone)
                context["next"] = next_available(first, zone=offers.zone, today=today)
    except (NoPlace, NotBookable) as error:
        context["problem"] = str(error)
    return context


def _find(
    request: PageRequest, wish: Wish, wanted: str, now: dt.datetime
) -> tuple[OfferList, dt.date, Window | None]:
    """The strip to show, the day chosen in it, and the next available window of all."""
    days = bookable_days(wish, now=now)
    asked = _bookable_day(request, wanted, days)
    start = asked or _bookable_day(request, request.GET.get("from", ""), days)
    offers = _week(wish, start or days[0], days[0], now)
    first = offers.first if offers.days[0].day == days[0] else None
    if first is None and not request.htmx:
        first = find_first(wish=wish, now=now)
    if first is not None and start is None:
        # Nothing in the first days: begin where there is something.
        day = local_day(first.promised_from, offers.zone)
        if day > offers.days[-1].day:
            offers = _week(wish, day, days[0], now)
    return offers, asked or _first_open(offers), first


def _month(request: PageRequest, wish: Wish, *, url: str, now: dt.datetime) -> Any:
    first_day, last_day = bookable_days(wish, now=now)
    month = _asked_month(request.GET.get("month", ""))
    if month is None or not first_day.replace(day=1) <= month <= last_day:
        month = first_day.replace(day=1)
    following = (month + dt.timedelta(days=32)).replace(day=1)
    start, end = max(month, first_day), min(following - ONE_DAY, last_day)
    offers = search_offers(wish=wish, now=now, from_day=start, days=(end - start).days + 1)
    return month_view(offers, month=month, url=url)


def _week(wish: Wish, day: dt.date, first_day: dt.date, now: dt.datetime) -> OfferList:
    """The days of the strip that holds `day`; strips follow each other from the first day."""
    start = first_day + (day - first_day) // (STRIP_DAYS * ONE_DAY) * STRIP_DAYS * ONE_DAY
    return search_offers(wish=wish, now=now, from_day=start, days=STRIP_DAYS)


def _first_open(offers: OfferList) -> dt.date:
    return next((day.day for day in offers.days if day.windows), offers.days[0].day)


def _bookable_day(request: PageRequest, text: str, days: tuple[dt.date, dt.date]) -> dt.date | None:
    """The day a text names, if it can be booked; else None, and the page says so."""
    if not text:
        return None
    try:
        day = parse_day(text)
    except NotADay:
        day = None
    if day is None or not days[0] <= day <= days[1]:
        messages.warning(request, _("That day cannot be booked. These are the days that can."))
        return None
    return day


def _asked_month(text: str) -> dt.date | None:
    try:
        return parse_day(f"{text}-01")
    except NotADay:
        return None


def day_of_key(wish: Wish, key: str) -> str:
    """The day of a window that was wanted, for the address; empty if it names none."""
    try:
        return local_day(Promise.parse(key).from_at, zone_of(wish)).isoformat()
    except InvalidOffer:
        return ""


def status_of(error: DomainError) -> int:
    """The HTTP status of a choice that was refused: conflict when somebody was faster."""
    if isinstance(error, OfferGone):
        return 409
    return 403 if isinstance(error, NotBookable | NoPlace) else 400
