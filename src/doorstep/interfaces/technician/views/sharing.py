"""Sharing one's position while traveling: reports from the phone, pause and go on."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from doorstep.domain.tracking.models import PositionSource
from doorstep.domain.tracking.services.record import record_positions
from doorstep.domain.tracking.services.sharing import pause_sharing, resume_sharing
from doorstep.interfaces.technician.access import TechnicianRequest, technician_required
from doorstep.interfaces.technician.presenters.sharing import sharing_view
from doorstep.interfaces.web.positions import UnreadablePositions, read_items, report_of
from doorstep.platform.lib.errors import DomainError


@require_POST
@technician_required
def positions(request: TechnicianRequest) -> JsonResponse:
    """One's own positions on the trip one is on; a phone that was offline sends many at once.

    409 with a code tells the phone to stop: there is no trip, or sharing is paused or off.
    """
    try:
        reports = [report_of(item) for item in read_items(request)]
    except UnreadablePositions as error:
        return JsonResponse({"error": "unreadable", "text": str(error)}, status=400)
    try:
        found = record_positions(
            resource=request.resource,
            reports=reports,
            source=PositionSource.PAGE,
            now=timezone.now(),
        )
    except DomainError as error:
        return JsonResponse({"error": error.code, "text": str(error)}, status=409)
    refused = [
        {"index": index, "reason": refusal.value}
        for index, refusal in enumerate(found.refusals)
        if refusal is not None
    ]
    return JsonResponse({"taken": found.taken, "refused": refused})


@require_POST
@technician_required
def pause(request: TechnicianRequest) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        pause_sharing(
            resource=request.resource, reason=reason, actor=request.actor, now=timezone.now()
        )
    except DomainError as error:
        return _refused(request, error, reason)
    return redirect("technician:day")


@require_POST
@technician_required
def resume(request: TechnicianRequest) -> HttpResponse:
    try:
        resume_sharing(resource=request.resource, actor=request.actor, now=timezone.now())
    except DomainError as error:
        return _refused(request, error, "")
    return redirect("technician:day")


def _refused(request: TechnicianRequest, error: DomainError, reason: str) -> HttpResponse:
    """What was typed is still there."""
    context = {
        "sharing": sharing_view(request.resource),
        "refusals": [str(error)],
        "reason": reason,
    }
    return render(request, "technician/sharing.html", context, status=409)
