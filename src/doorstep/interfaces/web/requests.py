"""What our middleware adds to a request, as a type for views."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from doorstep.domain.organization.models import Portal


class PageRequest(HttpRequest):
    """A request for a page of a portal; the pages of the portal app always have one."""

    portal: Portal
    htmx: HtmxDetails


def find_request_portal(request: HttpRequest) -> Portal | None:
    """The portal this request is for; None where nothing is set up or the request broke early."""
    portal: Portal | None = getattr(request, "portal", None)
    return portal or None


def shown_portal(request: HttpRequest) -> Portal:
    """The portal of this request; Doorstep's own look where there is none."""
    return find_request_portal(request) or Portal(company_name="Doorstep")
