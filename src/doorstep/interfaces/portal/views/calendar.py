"""The customer's visits in her own calendar program."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from doorstep.domain.organization.selectors import get_company
from doorstep.interfaces.portal.access import CHANGES, contact_required, limited
from doorstep.interfaces.portal.requests import ContactRequest, actor_of
from doorstep.interfaces.web.own_feed import own_feed_page
from doorstep.platform.lib.site_time import get_zone


@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGES, methods=("POST",))
@contact_required
def calendar(request: ContactRequest) -> HttpResponse:
    contact = request.contact
    return own_feed_page(
        request,
        owner=contact,
        actor=actor_of(request),
        zone=get_zone(contact.time_zone or contact.account.time_zone or get_company().time_zone),
        host=request.portal.host_name or None,
        template="portal/calendar.html",
    )
