"""The link a visitor came by: its code opens one visit, then a cookie does, for that visit alone.

The address bar, the browser's history and the next page's referrer never hold the code. Every
request looks the code up again, so blocking it closes pages that are open
(docs/decisions/0012-links-without-sign-in.md).
"""

from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from doorstep.domain.bookings.codes import get_open_code
from doorstep.domain.bookings.models import BookingCode
from doorstep.domain.customers.models import Contact
from doorstep.interfaces.web.rate_limit import GuessLimits, Limit
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor

Response = TypeVar("Response", bound=HttpResponseBase)

COOKIE = "visit_link"
COOKIE_AGE_S = 60 * 60 * 24

# Nobody guesses 130 bits; the limits keep the log and the database quiet.
GUESSES = GuessLimits(
    address=Limit("link-guess", amount=30, seconds=600),
    network=Limit("link-guess-network", amount=120, seconds=600),
    everybody=Limit("link-guess-everybody", amount=6000, seconds=600),
)


def keep_in_cookie(response: HttpResponseBase, code: BookingCode) -> None:
    """The browser sends it to the pages of this visit and to no others."""
    response.set_signed_cookie(
        COOKIE,
        str(code.pk),
        salt=_salt(code.booking.code),
        max_age=COOKIE_AGE_S,
        path=reverse("portal:link_visit", args=[code.booking.code]),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def link_at_hand(request: HttpRequest, *, booking_code: str) -> BookingCode | None:
    """The code this browser opened the visit with, if it still opens it."""
    kept = code_in_cookie(request, booking_code=booking_code)
    if kept is None:
        return None
    return get_open_code(pk=kept, booking_code=booking_code, now=timezone.now())


def code_in_cookie(request: HttpRequest, *, booking_code: str) -> int | None:
    """The id of that code, which may open nothing any more."""
    kept = request.get_signed_cookie(
        COOKIE, default="", salt=_salt(booking_code), max_age=COOKIE_AGE_S
    )
    return int(kept) if kept else None


def actor_by_link(contact: Contact) -> Actor:
    """The contact, for history; nobody proved to be her user."""
    return Actor(Source.LINK, label=str(contact))


def link_closed(request: HttpRequest) -> HttpResponse:
    """The same for links that are unknown, expired or blocked: a stranger learns nothing."""
    return unlisted(render(request, "portal/link_closed.html", status=404))


def unlisted(response: Response) -> Response:
    """No search engine keeps it, should a link ever be posted somewhere."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _salt(booking_code: str) -> str:
    return f"visit-link:{booking_code}"
