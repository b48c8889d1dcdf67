"""The technician's visits in a calendar program of her own."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from doorstep.domain.resources.working_hours import zone_of_resource
from doorstep.interfaces.technician.access import TechnicianRequest, technician_required
from doorstep.interfaces.web.own_feed import own_feed_page


@require_http_methods(["GET", "HEAD", "POST"])
@technician_required
def calendar(request: TechnicianRequest) -> HttpResponse:
    return own_feed_page(
        request,
        owner=request.resource,
        actor=request.actor,
        zone=zone_of_resource(request.resource),
        host=None,
        template="technician/calendar.html",
    )
