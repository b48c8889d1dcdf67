"""What a technician reports, from a form or from the queue of her phone. A refusal is answered with
409 and the visit's page, what cannot be read with 400; only what was done is answered with a
redirect. The queue gets the same as JSON, and so knows what became of each report."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.on_site import (
    Report,
    report_problem,
    report_status,
    tick_item,
    write_note,
)
from doorstep.domain.bookings.services.pictures import add_photo
from doorstep.domain.bookings.services.pictures import sign as sign_visit
from doorstep.interfaces.technician.access import (
    TechnicianRequest,
    technician_required,
    visit_or_404,
    wants_json,
)
from doorstep.interfaces.technician.forms import (
    ChecklistForm,
    NoteForm,
    PhotoForm,
    ProblemForm,
    ReportForm,
    SignatureForm,
    StatusForm,
)
from doorstep.platform.lib.errors import DomainError

from .visit import show_visit


@require_POST
@technician_required
def status(request: TechnicianRequest, code: str) -> HttpResponse:
    form = StatusForm(request.POST)
    return _carry_out(
        request,
        code,
        form,
        lambda report: report_status(report, status=form.cleaned_data["status"]),
    )


@require_POST
@technician_required
def checklist(request: TechnicianRequest, code: str) -> HttpResponse:
    form = ChecklistForm(request.POST)
    return _carry_out(
        request,
        code,
        form,
        lambda report: tick_item(
            report, item_id=form.cleaned_data["item"], is_done=form.cleaned_data["is_done"]
        ),
        part="checklist",
    )


@require_POST
@technician_required
def note(request: TechnicianRequest, code: str) -> HttpResponse:
    form = NoteForm(request.POST)
    return _carry_out(
        request,
        code,
        form,
        lambda report: write_note(
            report, text=form.cleaned_data["text"], is_public=form.cleaned_data["is_public"]
        ),
        part="notes",
    )


@require_POST
@technician_required
def problem(request: TechnicianRequest, code: str) -> HttpResponse:
    form = ProblemForm(request.POST)
    return _carry_out(
        request,
        code,
        form,
        lambda report: report_problem(
            report, text=form.cleaned_data["text"], is_late=form.cleaned_data["kind"] == "late"
        ),
        part="notes",
    )


@require_POST
@technician_required
def photo(request: TechnicianRequest, code: str) -> HttpResponse:
    form = PhotoForm(request.POST, request.FILES)
    return _carry_out(
        request,
        code,
        form,
        lambda report: add_photo(
            report, upload=form.cleaned_data["picture"], caption=form.cleaned_data["caption"]
        ),
        part="photos",
    )


@require_POST
@technician_required
def sign(request: TechnicianRequest, code: str) -> HttpResponse:
    form = SignatureForm(request.POST)
    return _carry_out(
        request,
        code,
        form,
        lambda report: sign_visit(
            report, name=form.cleaned_data["name"], drawing=form.cleaned_data["drawing"]
        ),
        part="signature",
    )


def _carry_out(
    request: TechnicianRequest,
    code: str,
    form: ReportForm,
    do: Callable[[Report], Booking],
    *,
    part: str = "",
) -> HttpResponse:
    booking = visit_or_404(request, code)
    is_queue = wants_json(request)
    if not form.is_valid():
        if is_queue:
            return JsonResponse({"refusals": form.problems}, status=400)
        return show_visit(request, booking, refusals=form.problems, sent=form, status=400)
    report = Report(
        booking=booking,
        actor=request.actor,
        request_key=form.cleaned_data["request_key"],
        now=timezone.now(),
        at=form.cleaned_data["at"],
    )
    try:
        do(report)
    except DomainError as error:
        refusals = [str(error)]
    except ValidationError as error:
        refusals = list(error.messages)
    else:
        if request.POST.get("back") == "day":
            next_url = reverse("technician:day")
        else:
            next_url = reverse("technician:visit", args=[code]) + (f"#{part}" if part else "")
        return JsonResponse({"next": next_url}) if is_queue else redirect(next_url)
    if is_queue:
        return JsonResponse({"refusals": refusals}, status=409)
    # As it is now, and not as it was before the attempt.
    return show_visit(
        request, visit_or_404(request, code), refusals=refusals, sent=form, status=409
    )
