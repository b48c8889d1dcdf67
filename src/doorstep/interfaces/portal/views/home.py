"""The first page: for strangers what one can do here, for customers their visits."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.selectors import change_rules, visits_of
from doorstep.domain.tracking.live import live_visit
from doorstep.interfaces.portal.access import contact_required
from doorstep.interfaces.portal.presenters.after_visit import with_feedback
from doorstep.interfaces.portal.presenters.live import LiveView, live_view
from doorstep.interfaces.portal.presenters.visits import VisitView, visit_view
from doorstep.interfaces.portal.requests import ContactRequest


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        return visits(request)
    return render(request, "portal/landing.html")


@contact_required
def visits(request: ContactRequest) -> HttpResponseBase:
    """Active, upcoming and past visits (product reference 4.4)."""
    now = timezone.now()
    found = visits_of(request.contact)

    def shown(booking: Booking) -> VisitView:
        return visit_view(booking, rules=change_rules(booking, now=now, portal=request.portal))

    shows_past = request.GET.get("show") == "past"
    return render(
        request,
        "portal/home.html",
        {
            "first_name": request.contact.first_name,
            "shows_past": shows_past,
            "active": shown(found.active) if found.active else None,
            "live": _live(found.active, now) if found.active else None,
            "upcoming": [] if shows_past else [shown(each) for each in found.upcoming],
            "past": _past(request, found.past, shown, now) if shows_past else [],
            "upcoming_count": len(found.upcoming),
            "past_count": len(found.past),
            "may_book": request.portal.is_self_scheduling_enabled,
        },
    )


def _past(
    request: ContactRequest,
    bookings: list[Booking],
    shown: Callable[[Booking], VisitView],
    now: datetime,
) -> list[VisitView]:
    views = [shown(each) for each in bookings]
    return with_feedback(views, bookings, contact=request.contact, now=now)


def _live(active: Booking, now: datetime) -> LiveView | None:
    return live_view(live_visit(active, now=now), by_link=False, now=now)
