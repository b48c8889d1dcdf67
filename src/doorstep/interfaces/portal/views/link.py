"""The link in a message: its code is exchanged for a cookie, the address bar shows a clean page."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from doorstep.domain.bookings.codes import find_code
from doorstep.interfaces.portal.links import GUESSES, keep_in_cookie, link_closed, unlisted
from doorstep.interfaces.web.views import too_many_requests

logger = logging.getLogger(__name__)


@never_cache
def open_link(request: HttpRequest, code: str) -> HttpResponse:
    """Changes nothing: mail scanners and previews of text messages open every link."""
    if request.method not in ("GET", "HEAD"):
        return _untold(HttpResponseNotAllowed(["GET", "HEAD"]))
    if GUESSES.are_used_up(request):
        logger.warning("Too many wrong links, one not looked at", extra=_who(request))
        return _untold(unlisted(too_many_requests(request)))
    found = find_code(code=code, now=timezone.now())
    if found is None:
        GUESSES.count(request)
        logger.info("A link that opens nothing", extra=_who(request))
        return _untold(link_closed(request))
    response = unlisted(redirect("portal:link_visit", code=found.booking.code))
    keep_in_cookie(response, found)
    # Here alone: a form on a page without referrer sends "Origin: null" and is refused.
    response["Referrer-Policy"] = "no-referrer"
    return response


def _untold(response: HttpResponse) -> HttpResponse:
    """Django would log the address, and with it a code that may open a visit (again)."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _who(request: HttpRequest) -> dict[str, str]:
    return {"address": request.META.get("REMOTE_ADDR", "")}
