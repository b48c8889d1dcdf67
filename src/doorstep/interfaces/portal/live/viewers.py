"""Who holds a page of a visit open, and whether she still may: asked again at every look."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.utils import translation

from doorstep.domain.bookings.followed import get_followed, open_codes, users_who_may_see
from doorstep.domain.tracking.live import live_state, live_visit
from doorstep.interfaces.portal.links import COOKIE, code_in_cookie
from doorstep.platform.lib.rows import Statement, run_together

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
class Look:
    """What one look found; without `content` the page is closed to its viewer."""

    booking_id: int | None = None
    content: Content | None = None
    ends_at: datetime | None = None


CLOSED = Look()


@dataclass(slots=True)
class Known:
    """What the last look at a visit has made, and the state of the visit it was made of."""

    state: str = ""
    contents: dict[tuple[bool, str], Content] = field(default_factory=dict)


def look(viewers: list[Viewer], *, known: Known, now: datetime) -> dict[Viewer, Look]:
    """For viewers of one visit: who still may see it, and what.

    Whether they may is asked each time. What they see is made once for all of a kind, and only if
    the visit or the time says something else than at the last look.
    """
    found = dict.fromkeys(viewers, CLOSED)
    let_in, visit = _let_in(viewers, now=now)
    if visit is None:
        return found
    booking_id, state = visit
    if state != known.state:
        known.state, known.contents = state, {}
    wanted = {
        viewer.kind
        for viewer in let_in
        if viewer.kind not in known.contents or known.contents[viewer.kind].good_until <= now
    }
    if wanted:
        live = live_visit(get_followed(booking_id), now=now)
        for by_link, language in wanted:
            with translation.override(language):
                content = make_content(live, by_link=by_link, now=now)
            known.contents[by_link, language] = content
    for viewer, ends_at in let_in.items():
        found[viewer] = Look(booking_id, known.contents[viewer.kind], ends_at)
    return found


def _let_in(
    viewers: list[Viewer], *, now: datetime
) -> tuple[dict[Viewer, datetime | None], tuple[int, str] | None]:
    """Who may see the visit, each with the instant at which that ends by itself, if there is one;
    and the visit's id and state, None when nobody may.

    By the same rules as the pages: the link's code must be open, or the session must belong to a
    contact who may see the visit. The state is read after that: what is made of it is no older.
    """
    codes: dict[Viewer, int] = {}
    users: dict[Viewer, int] = {}
    for viewer in viewers:
        ids, pk = (codes, _code_id(viewer)) if viewer.by_link else (users, _user_id(viewer))
        if pk is not None:
            ids[viewer] = pk
    if not codes and not users:
        return {}, None
    booking_code = viewers[0].booking_code
    questions: list[Statement] = [
        open_codes(set(codes.values()), booking_code=booking_code, now=now),
        users_who_may_see(set(users.values()), booking_code=booking_code),
    ]
    asked = [each for each, ids in zip(questions, (codes, users), strict=True) if ids]
    *answers, visits = run_together(*asked, live_state(booking_code=booking_code))
    ends: dict[int, datetime] = dict(answers.pop(0)) if codes else {}
    known_users = {pk for (pk,) in answers.pop(0)} if users else set()
    let_in: dict[Viewer, datetime | None] = {
        viewer: ends[pk] for viewer, pk in codes.items() if pk in ends
    }
    let_in |= {viewer: None for viewer, pk in users.items() if pk in known_users}
    return let_in, visits[0] if visits and let_in else None


def _code_id(viewer: Viewer) -> int | None:
    return code_in_cookie(_request_of(viewer), booking_code=viewer.booking_code)


def _user_id(viewer: Viewer) -> int | None:
    """Whose session it is: of nobody when it has ended or the password has changed."""
    request = _request_of(viewer)
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return None
    request.session = SessionStore(key)
    return get_user(request).pk


def _request_of(viewer: Viewer) -> HttpRequest:
    request = HttpRequest()
    request.COOKIES = dict(viewer.cookies)
    return request


def cookies_that_count(*, by_link: bool, cookies: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The one cookie that lets in; nothing else of the browser's is kept."""
    name = COOKIE if by_link else settings.SESSION_COOKIE_NAME
    value = cookies.get(name, "")
    return ((name, value),) if value and value.isascii() and value.isprintable() else ()
