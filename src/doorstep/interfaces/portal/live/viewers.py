"""Who holds a page of a visit open, and whether she still may: asked again at every look."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import translation

from doorstep.domain.bookings.codes import expiry_of
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.selectors import get_visit
from doorstep.interfaces.portal.links import COOKIE, link_at_hand
from doorstep.interfaces.web.contacts import find_contact

from .content import Content, make_content


@dataclass(frozen=True, slots=True)
class Viewer:
    """One open page: the visit in its address, its language, and the cookies that let it in."""

    booking_code: str
    by_link: bool
    language: str
    cookies: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> tuple[bool, str]:
        """Viewers of one kind read the same of one visit."""
        return self.by_link, self.language


@dataclass(frozen=True, slots=True)
class Access:
    """The visit, and the instant at which the right to see it ends by itself, if there is one."""

    booking: Booking
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found; without `content` the page is closed to its viewer."""

    booking_id: int | None = None
    content: Content | None = None
    ends_at: datetime | None = None


CLOSED = Look()


def look(viewers: list[Viewer], *, now: datetime) -> dict[Viewer, Look]:
    """For viewers of one visit: who still may see it, and what. Made once for all of a kind."""
    made: dict[tuple[bool, str], Content] = {}
    found: dict[Viewer, Look] = {}
    for viewer in viewers:
        access = access_of(viewer)
        if access is None:
            found[viewer] = CLOSED
            continue
        if viewer.kind not in made:
            with translation.override(viewer.language):
                made[viewer.kind] = make_content(access.booking, by_link=viewer.by_link, now=now)
        found[viewer] = Look(access.booking.pk, made[viewer.kind], access.ends_at)
    return found


def access_of(viewer: Viewer) -> Access | None:
    """By the same functions as the pages: the link's code must be open, or the session must
    belong to a contact who may see the visit."""
    request = HttpRequest()
    request.COOKIES = dict(viewer.cookies)
    if viewer.by_link:
        code = link_at_hand(request, booking_code=viewer.booking_code)
        if code is None or code.contact is None:
            return None
        return Access(code.booking, expiry_of(code))
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return None
    request.session = SessionStore(key)
    request.user = get_user(request)
    contact = find_contact(request)
    if contact is None or not contact.may_use_portal:
        return None
    try:
        return Access(get_visit(code=viewer.booking_code, contact=contact), None)
    except Booking.DoesNotExist:
        return None


def cookies_that_count(*, by_link: bool, cookies: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The one cookie that lets in; nothing else of the browser's is kept."""
    name = COOKIE if by_link else settings.SESSION_COOKIE_NAME
    value = cookies.get(name, "")
    return ((name, value),) if value and value.isascii() and value.isprintable() else ()
