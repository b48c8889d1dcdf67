"""A calendar under a private address, for the programs that subscribe to it."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from doorstep.connectors.calendar.ics import CONTENT_TYPE
from doorstep.domain.calendars.services.feed_content import read_feed
from doorstep.domain.calendars.services.feeds import find_feed

from .rate_limit import GuessLimits, Limit, is_over

FILE_NAME = "visits.ics"
# Large services read the feeds of all their users from few addresses.
READINGS = Limit("calendar-feed", amount=600, seconds=60)
# Codes have 130 random bits; the limits keep the log and the database quiet.
GUESSES = GuessLimits(
    address=Limit("calendar-guess", amount=30, seconds=600),
    network=Limit("calendar-guess-network", amount=120, seconds=600),
    everybody=Limit("calendar-guess-everybody", amount=6000, seconds=600),
)
HEADERS = {
    "Content-Disposition": f'inline; filename="{FILE_NAME}"',
    # Nobody between us and the program keeps it, and the program asks each time. Not "no-store":
    # what must not be stored cannot be asked for by its ETag either.
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}


def calendar_feed(request: HttpRequest, code: str) -> HttpResponse:
    """Unknown, revoked and malformed codes are the same "not found", in plain words and without
    the cookies of a page."""
    if request.method not in ("GET", "HEAD"):
        return _refused("A calendar is only read.", 405, {"Allow": "GET, HEAD"})
    if GUESSES.are_used_up(request) or is_over(request, READINGS):
        return _refused("Too many requests. Try again later.", 429, {"Retry-After": "600"})
    feed = find_feed(code)
    if feed is None:
        # Only guesses count: programs go on asking for what was revoked, large services for many
        # users from one address.
        GUESSES.count(request)
    content = read_feed(feed, now=timezone.now()) if feed else None
    if content is None:
        return _refused("There is no calendar here.", 404)
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    response = HttpResponse(content, content_type=CONTENT_TYPE, headers=HEADERS | {"ETag": etag})
    conditional = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(conditional, HttpResponse)
    for name, value in HEADERS.items():  # "not modified" takes over only what tells of caching
        conditional.headers.setdefault(name, value)
    return conditional


def _refused(text: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers=HEADERS | (headers or {}),
    )
    del response["Content-Disposition"]
    # The log of refused requests would keep the code, which may be good for a later one.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
