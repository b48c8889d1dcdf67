"""What keeps a visit's page up to date without a stream, and the technician's photo."""

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.codes import is_over
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.live import live_visit
from doorstep.interfaces.portal.access import visit_required
from doorstep.interfaces.portal.live.content import make_content
from doorstep.interfaces.portal.requests import VisitRequest
from doorstep.interfaces.web.files import private_file

from .visit import visit_or_404


@require_safe
@visit_required
def live(request: VisitRequest, code: str) -> HttpResponse:
    """The same as a frame of the stream; 304 when the page knows it already."""
    booking = visit_or_404(request, code)
    now = timezone.now()
    content = make_content(live_visit(booking, now=now), by_link=request.link is not None, now=now)
    etag = f'"{content.tag}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    return HttpResponse(content.body, content_type="application/json", headers={"ETag": etag})


@require_safe
@visit_required
def photo(request: VisitRequest, code: str, number: int) -> HttpResponseBase:
    """Of the technician with this place among those who come; only while they travel, and where
    the portal shows photos."""
    now = timezone.now()
    booking = visit_or_404(request, code)
    technicians = live_visit(booking, now=now).technicians
    if request.link is not None and is_over(booking, now=now):
        raise Http404
    if number >= len(technicians) or not technicians[number].has_photo:
        raise Http404
    resource = BookableResource.objects.get(pk=technicians[number].resource_id)
    return private_file(resource.photo.name)
