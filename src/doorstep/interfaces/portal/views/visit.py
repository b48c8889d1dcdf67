"""One visit: what was booked, what to prepare, and its entry for a calendar."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.calendar_file import (
    CONTENT_TYPE,
    FILE_NAME,
    google_calendar_url,
    outlook_calendar_url,
    visit_calendar,
    visit_entry,
)
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.selectors import change_rules, get_visit
from doorstep.interfaces.portal.access import contact_required
from doorstep.interfaces.portal.presenters.visits import VisitView, visit_view
from doorstep.interfaces.portal.requests import ContactRequest

DONE = {"booked", "moved", "canceled"}


@require_safe
@contact_required
def visit(request: ContactRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    view = view_of(booking)
    entry = visit_entry(booking, url=request.build_absolute_uri(view.url))
    done = request.GET.get("done", "")
    return render(
        request,
        "portal/visit.html",
        {
            "visit": view,
            # The page says so only while it is true.
            "done": done if done in DONE and view.is_canceled == (done == "canceled") else "",
            "google_url": google_calendar_url(entry),
            "outlook_url": outlook_calendar_url(entry),
        },
    )


@require_safe
@contact_required
def calendar(request: ContactRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    url = request.build_absolute_uri(view_of(booking).url)
    content = visit_calendar(booking, now=timezone.now(), url=url)
    return HttpResponse(
        content,
        content_type=f"{CONTENT_TYPE}; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


def visit_or_404(request: ContactRequest, code: str) -> Booking:
    """A visit this contact may see. Other people's visits do not exist for her."""
    try:
        return get_visit(code=code, contact=request.contact)
    except Booking.DoesNotExist as error:
        raise Http404 from error


def view_of(booking: Booking) -> VisitView:
    return visit_view(booking, rules=change_rules(booking, now=timezone.now()))
