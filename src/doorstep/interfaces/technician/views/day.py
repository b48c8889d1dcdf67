"""A technician's day: what comes next on top, then all of it in order."""

from collections import Counter
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.models import BookingStatus, ParentStatus
from doorstep.domain.bookings.technicians import parts_of, technician_day
from doorstep.domain.resources.working_hours import zone_of_resource
from doorstep.interfaces.technician.access import TechnicianRequest, technician_required
from doorstep.interfaces.technician.forms import ProblemForm
from doorstep.interfaces.technician.presenters.day import DAYS_SHOWN, day_view
from doorstep.interfaces.technician.presenters.sharing import sharing_view
from doorstep.interfaces.technician.presenters.visit import visit_card
from doorstep.platform.lib.site_time import NotADay, day_bounds, local_day, parse_day


@require_safe
@technician_required
def day(request: TechnicianRequest) -> HttpResponse:
    zone = zone_of_resource(request.resource)
    today = local_day(timezone.now(), zone)
    try:
        shown = parse_day(request.GET["day"]) if "day" in request.GET else today
    except NotADay:
        return redirect("technician:day")
    found = technician_day(resource=request.resource, day=shown, zone=zone)
    # Only what is done today has a next step; a visit under way is one wherever it was planned.
    current = found.current if shown == today else None
    statuses = list(BookingStatus.objects.all())
    card = None
    if current is not None:
        user_agent = request.headers.get("User-Agent", "")
        card = visit_card(current.booking, statuses, user_agent=user_agent)
    return render(
        request,
        "technician/day.html",
        {
            "day": day_view(found, today=today, counts=_counts(request, today), current=current),
            "card": card,
            "problem_form": ProblemForm(),
            "back": "day",
            "sharing": sharing_view(request.resource),
        },
    )


def _counts(request: TechnicianRequest, today: date) -> Counter[date]:
    """How many visits the next days hold."""
    zone = zone_of_resource(request.resource)
    last = today + timedelta(days=DAYS_SHOWN - 1)
    rows = (
        parts_of(request.resource)
        .filter(starts_at__lt=day_bounds(last, zone)[1], ends_at__gt=day_bounds(today, zone)[0])
        .exclude(booking__status__parent=ParentStatus.CANCELED)
        .values_list("booking", "arrives_at")
        .distinct()
    )
    return Counter(local_day(at, zone) for at in dict(rows).values())
