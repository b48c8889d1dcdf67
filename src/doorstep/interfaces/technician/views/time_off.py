"""Time off of one's own: ask for it, see what became of it, take it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.domain.resources.models import TimeOff, TimeOffState
from doorstep.domain.resources.services.time_off import request_time_off, withdraw_time_off
from doorstep.domain.resources.working_hours import zone_of_resource
from doorstep.interfaces.technician.access import TechnicianRequest, technician_required
from doorstep.interfaces.technician.forms import TimeOffForm
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import (
    combine,
    day_bounds,
    format_days,
    format_short_date,
    format_window,
    local_day,
)

_SHOWN_BACK = timedelta(days=90)
_TONES = {TimeOffState.REQUESTED: "accent", TimeOffState.REJECTED: "danger"}


@dataclass(frozen=True, slots=True)
class Absence:
    number: int
    when: str
    reason: str
    state: str
    tone: str
    may_withdraw: bool


@require_http_methods(["GET", "HEAD", "POST"])
@technician_required
def time_off(request: TechnicianRequest) -> HttpResponse:
    now, zone = timezone.now(), zone_of_resource(request.resource)
    form = TimeOffForm(request.POST or None)
    refusal = ""
    if form.is_bound and form.is_valid():
        starts_at, ends_at = _period(form, zone)
        try:
            found = request_time_off(
                resource=request.resource,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                now=now,
            )
        except DomainError as error:
            refusal = str(error)
        else:
            is_asked = found.state == TimeOffState.REQUESTED
            messages.success(
                request,
                _("The office has your request.") if is_asked else _("Your time off is entered."),
            )
            return redirect("technician:time_off")
    rows = TimeOff.objects.filter(
        resource=request.resource, ends_at__gt=now - _SHOWN_BACK
    ).order_by("-starts_at")
    return render(
        request,
        "technician/time_off.html",
        {
            "form": form,
            "refusal": refusal,
            "needs_approval": request.resource.time_off_needs_approval,
            "absences": [_absence(row, zone, now) for row in rows],
        },
        status=(409 if refusal else 400) if form.is_bound else 200,
    )


@require_POST
@technician_required
def withdraw(request: TechnicianRequest, number: int) -> HttpResponse:
    row = TimeOff.objects.filter(resource=request.resource, pk=number).first()
    if row is None:
        raise Http404
    try:
        withdraw_time_off(time_off=row, actor=request.actor, now=timezone.now())
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The time off is withdrawn."))
    return redirect("technician:time_off")


def _period(form: TimeOffForm, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first day's beginning, or its time, to the last day's end, or its time."""
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    from_time, to_time = form.times
    starts_at, ends_at = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    if from_time:
        starts_at = (combine(first, from_time, zone) or [starts_at])[0]
    if to_time:
        ends_at = (combine(last, to_time, zone) or [ends_at])[0]
    return starts_at, ends_at


def _absence(row: TimeOff, zone: ZoneInfo, now: datetime) -> Absence:
    first, last = (
        local_day(row.starts_at, zone),
        local_day(row.ends_at - timedelta(seconds=1), zone),
    )
    is_whole = (day_bounds(first, zone)[0], day_bounds(last, zone)[1]) == (
        row.starts_at,
        row.ends_at,
    )
    when = format_window(row.starts_at, row.ends_at, zone)
    if is_whole:
        when = format_short_date(row.starts_at, zone) if first == last else format_days(first, last)
    elif first == last:
        when = _("%(day)s, %(time)s") % {
            "day": format_short_date(row.starts_at, zone),
            "time": when,
        }
    return Absence(
        number=row.pk,
        when=when,
        reason=row.reason,
        state=_state_words(TimeOffState(row.state)),
        tone=_TONES.get(TimeOffState(row.state), "success"),
        may_withdraw=row.starts_at > now and row.state != TimeOffState.REJECTED,
    )


def _state_words(state: TimeOffState) -> str:
    match state:
        case TimeOffState.REQUESTED:
            return _("Waiting for the office")
        case TimeOffState.APPROVED:
            return _("Approved")
        case TimeOffState.REJECTED:
            return _("Rejected")
