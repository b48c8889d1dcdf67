"""The contact behind the signed-in user, read once per request."""

from django.http import HttpRequest

from doorstep.domain.customers.models import Contact
from doorstep.domain.customers.selectors import find_contact_of

_UNREAD = object()


def find_contact(request: HttpRequest) -> Contact | None:
    """The contact who signed in, with her account; None for staff and for strangers."""
    known = getattr(request, "_contact", _UNREAD)
    if known is _UNREAD:
        known = None
        if request.user.is_authenticated:
            known = find_contact_of(request.user.pk)
        request._contact = known  # type: ignore[attr-defined]
    assert known is None or isinstance(known, Contact)
    return known
