"""The invitation a visitor is about to accept: its code travels in a cookie, then in the session.

Opening the link changes nothing but the visitor's own cookie (reliability F73): mail scanners open
every link. The session learns of the code when the visitor presses the button.
"""

from urllib.parse import quote, unquote

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from doorstep.domain.customers.errors import InvitationInvalid
from doorstep.domain.customers.models import Invitation, InvitationKind
from doorstep.domain.customers.services.redemption import find_invitation

COOKIE = "invitation"
SESSION_KEY = "invitation_code"
COOKIE_AGE_S = 60 * 60


def keep_in_cookie(response: HttpResponseBase, code: str) -> None:
    response.set_signed_cookie(
        COOKIE,
        quote(code),  # anything may stand in a link, but only ASCII in a header
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def drop_cookie(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def keep_in_session(request: HttpRequest, code: str) -> None:
    request.session[SESSION_KEY] = code


def code_from_session(request: HttpRequest) -> str:
    return str(request.session.get(SESSION_KEY, ""))


def code_at_hand(request: HttpRequest) -> str:
    """From the link just opened, else from the session; empty when there is none."""
    code = request.get_signed_cookie(COOKIE, default="", max_age=COOKIE_AGE_S)
    return unquote(code or "") or code_from_session(request)


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def find_pending(request: HttpRequest) -> Invitation | None:
    """The invitation that opens the sign-up for this visitor, if it still is valid."""
    code = code_from_session(request)
    return find_valid(code) if code else None


def find_valid(code: str) -> Invitation | None:
    try:
        return find_invitation(code=code, now=timezone.now())
    except InvitationInvalid:
        return None


def is_for_one(invitation: Invitation) -> bool:
    return invitation.kind == InvitationKind.SINGLE


def invited_address(invitation: Invitation) -> str:
    """The address a single invitation was sent to; empty for a group invitation."""
    if is_for_one(invitation) and invitation.contact:
        return invitation.contact.email.lower()
    return ""
