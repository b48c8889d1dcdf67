"""Photos and signatures, handed out only to who may see the visit."""

import mimetypes

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.models import BookingPhoto, BookingSignature
from doorstep.interfaces.technician.access import (
    TechnicianRequest,
    technician_required,
    visit_or_404,
)


@require_safe
@technician_required
def photo(request: TechnicianRequest, code: str, number: int) -> HttpResponse:
    booking = visit_or_404(request, code)
    found = BookingPhoto.objects.filter(booking=booking, pk=number).first()
    return _file(str(found.picture) if found else "")


@require_safe
@technician_required
def signature(request: TechnicianRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    found = BookingSignature.objects.filter(booking=booking).first()
    return _file(str(found.picture) if found else "")


def _file(name: str) -> HttpResponse:
    if not name or not default_storage.exists(name):
        raise Http404
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    with default_storage.open(name) as file:
        response = HttpResponse(file.read(), content_type=kind)
    # No type a picture can have may run as a page.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
