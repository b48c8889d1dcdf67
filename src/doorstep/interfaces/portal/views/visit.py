"""One visit: what was booked, what to prepare, and its entry for a calendar."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.calendar_file import (
    CONTENT_TYPE,
    FILE_NAME,
    calendar_method,
    google_calendar_url,
    outlook_calendar_url,
    visit_calendar,
    visit_entry,
)
from doorstep.domain.bookings.codes import is_over
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.selectors import change_rules, get_visit
from doorstep.domain.bookings.services.codes import count_opening
from doorstep.interfaces.portal.access import visit_required
from doorstep.interfaces.portal.csp import allow_survey_frame
from doorstep.interfaces.portal.live.page import live_context
from doorstep.interfaces.portal.presenters.after_visit import after_visit
from doorstep.interfaces.portal.presenters.late import late_view
from doorstep.interfaces.portal.presenters.photos import sent_count
from doorstep.interfaces.portal.presenters.visits import (
    VisitUrls,
    VisitView,
    visit_urls,
    visit_view,
)
from doorstep.interfaces.portal.requests import VisitRequest

DONE = {"booked", "moved", "canceled"}


@require_safe
@visit_required
def visit(request: VisitRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    is_refresh = request.headers.get("X-Live-Page") == "1"
    if request.link is not None and request.method == "GET" and not is_refresh:
        count_opening(code=request.link, now=timezone.now())
    view = view_of(request, booking)
    entry = visit_entry(booking, url=_lasting_url(request, booking))
    done = request.GET.get("done", "")
    after = after_visit(
        booking,
        contact=request.contact,
        portal=request.portal,
        by_link=request.link is not None,
        now=timezone.now(),
    )
    response = render(
        request,
        "portal/visit.html",
        {
            "visit": view,
            # The page says so only while it is true.
            "done": done if done in DONE and view.is_canceled == (done == "canceled") else "",
            "google_url": google_calendar_url(entry),
            "outlook_url": outlook_calendar_url(entry),
            "after": after,
            "photo_count": sent_count(booking) if view.is_ahead else 0,
            "late": late_view(booking, by_link=request.link is not None, now=timezone.now()),
            **live_context(booking, by_link=request.link is not None, now=timezone.now()),
        },
    )
    if view.is_open or (after and after.survey):
        # An open page becomes that of the completed visit without being loaded anew.
        allow_survey_frame(response, booking)
    return response


@require_safe
@visit_required
def calendar(request: VisitRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    if view_of(request, booking).is_least:
        raise Http404
    url = _lasting_url(request, booking)
    content = visit_calendar(booking, now=timezone.now(), url=url)
    return HttpResponse(
        content,
        content_type=f"{CONTENT_TYPE}; charset=utf-8; method={calendar_method(booking)}",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


def visit_or_404(request: VisitRequest, code: str) -> Booking:
    """A visit this contact may see. Other people's visits do not exist for her."""
    if request.link is not None:
        return request.link.booking
    try:
        return get_visit(code=code, contact=request.contact)
    except Booking.DoesNotExist as error:
        raise Http404 from error


def view_of(request: VisitRequest, booking: Booking) -> VisitView:
    now = timezone.now()
    by_link = request.link is not None
    return visit_view(
        booking,
        rules=change_rules(booking, now=now),
        by_link=by_link,
        is_least=by_link and is_over(booking, now=now),
    )


def urls_of(request: VisitRequest, booking: Booking) -> VisitUrls:
    return visit_urls(booking.code, by_link=request.link is not None)


def _lasting_url(request: VisitRequest, booking: Booking) -> str:
    """For a calendar, which keeps it: the page for who signs in. By a link there is no other
    address that lasts, so who cannot sign in gets none."""
    if request.link is not None and request.contact.user_id is None:
        return ""
    return request.build_absolute_uri(reverse("portal:visit", args=[booking.code]))
