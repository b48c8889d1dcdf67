"""One visit: where, who, what to do, what was done."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.models import Booking, BookingStatus
from doorstep.interfaces.technician.access import (
    TechnicianRequest,
    technician_required,
    visit_or_404,
)
from doorstep.interfaces.technician.forms import (
    NoteForm,
    PhotoForm,
    ProblemForm,
    ReportForm,
    SignatureForm,
)
from doorstep.interfaces.technician.presenters.history import visit_history
from doorstep.interfaces.technician.presenters.sharing import sharing_view
from doorstep.interfaces.technician.presenters.visit import visit_page


@require_safe
@technician_required
def visit(request: TechnicianRequest, code: str) -> HttpResponse:
    return show_visit(request, visit_or_404(request, code))


def show_visit(
    request: TechnicianRequest,
    booking: Booking,
    *,
    refusals: Sequence[str] = (),
    sent: ReportForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; with what was refused on top, and what was typed still in its form."""
    forms: dict[str, ReportForm] = {
        "note_form": NoteForm(),
        "problem_form": ProblemForm(),
        "photo_form": PhotoForm(),
        "signature_form": SignatureForm(),
    }
    if sent is not None:
        forms |= {name: sent for name, form in forms.items() if type(form) is type(sent)}
    page = visit_page(
        booking,
        list(BookingStatus.objects.all()),
        user_agent=request.headers.get("User-Agent", ""),
    )
    context = {
        "visit": page,
        "card": page.card,
        "history": visit_history(booking),
        "refusals": refusals,
        "sharing": sharing_view(request.resource),
        **forms,
    }
    return render(request, "technician/visit.html", context, status=status)
