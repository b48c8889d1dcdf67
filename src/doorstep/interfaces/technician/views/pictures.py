"""Photos and signatures, handed out only to who may see the visit."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.models import BookingPhoto, BookingSignature
from doorstep.interfaces.technician.access import (
    TechnicianRequest,
    technician_required,
    visit_or_404,
)
from doorstep.interfaces.web.files import private_file


@require_safe
@technician_required
def photo(request: TechnicianRequest, code: str, number: int) -> HttpResponse:
    booking = visit_or_404(request, code)
    found = BookingPhoto.objects.filter(booking=booking, pk=number).first()
    return private_file(found.picture.name if found else None)


@require_safe
@technician_required
def signature(request: TechnicianRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    found = BookingSignature.objects.filter(booking=booking).first()
    return private_file(found.picture.name if found else None)
