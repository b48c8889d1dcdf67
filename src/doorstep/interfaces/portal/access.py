"""Who may open the portal's pages, and how often."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from doorstep.interfaces.web.contacts import find_contact
from doorstep.interfaces.web.middleware.language import has_chosen_language, supported_language
from doorstep.interfaces.web.rate_limit import Limit, is_over
from doorstep.interfaces.web.requests import PageRequest
from doorstep.interfaces.web.views import too_many_requests

from .links import actor_by_link, link_at_hand, link_closed, unlisted
from .requests import ContactRequest, VisitRequest, actor_of

P = ParamSpec("P")
R = TypeVar("R", bound=PageRequest)
ContactView = Callable[Concatenate[ContactRequest, P], HttpResponseBase]
VisitView = Callable[Concatenate[VisitRequest, str, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SEARCHES = Limit("search", amount=90, seconds=60)
HOLDS = Limit("hold", amount=20, seconds=60)
CHANGES = Limit("change", amount=20, seconds=60)


def contact_required(view: ContactView[P]) -> View[P]:
    """The page is for a signed-in contact whose account may use the portal.

    Strangers are sent to sign in; everybody else is told why the page is closed to them.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        contact = find_contact(request)
        if contact is None:
            return closed_to_staff(request)
        if not contact.may_use_portal:
            return closed_to_contact(request)
        found = cast("ContactRequest", request)
        found.contact = contact
        return view(found, *args, **kwargs)

    return guarded


def visit_required(view: VisitView[...]) -> Callable[..., HttpResponseBase]:
    """The page is about one visit, named by `code` in its address.

    For a signed-in contact as `contact_required` says; under an address with `by_link` for whoever
    holds a link that still opens this visit, signed in or not. Without one it does not exist.
    """

    @contact_required
    def signed_in(request: ContactRequest, /, code: str, **parts: Any) -> HttpResponseBase:
        found = cast("VisitRequest", request)
        found.actor, found.link = actor_of(request), None
        return view(found, code, **parts)

    @wraps(view)
    @never_cache
    def guarded(
        request: HttpRequest, code: str, *, by_link: bool, **parts: Any
    ) -> HttpResponseBase:
        if not by_link:
            return signed_in(request, code, **parts)
        link = link_at_hand(request, booking_code=code)
        if link is None or link.contact is None:
            return link_closed(request)
        found = cast("VisitRequest", request)
        found.contact, found.link, found.actor = link.contact, link, actor_by_link(link.contact)
        # She who reads has not signed in, but the message she came from spoke her language.
        contact = link.contact
        own = supported_language(contact.language or contact.account.language)
        if not own or has_chosen_language(request):
            return unlisted(view(found, code, **parts))
        with translation.override(own):
            request.LANGUAGE_CODE = own
            response = unlisted(view(found, code, **parts))
        response.headers.setdefault("Content-Language", own)
        return response

    return guarded


def booking_open(
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """The page books: it needs a portal with self-scheduling switched on."""

    @wraps(view)
    def guarded(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.portal.is_self_scheduling_enabled:
            return _closed(
                request,
                title=_("Online booking is closed at the moment"),
                text=_("You can still see your visits here. To arrange one, please call us."),
            )
        return view(request, *args, **kwargs)

    return guarded


def limited(limit: Limit, *, methods: tuple[str, ...]) -> Callable[[View[P]], View[P]]:
    """At most so many requests of these methods; more get the "one moment" page."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method in methods and is_over(request, limit):
                return too_many_requests(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def closed_to_staff(request: HttpRequest) -> HttpResponseBase:
    """Somebody signed in who is nobody's contact: staff mostly."""
    return _closed(
        request,
        title=_("You are signed in, but not as a customer"),
        text=_(
            "These pages are for customers. Your sign-in belongs to no customer account, so there "
            "are no visits to show."
        ),
    )


def closed_to_contact(request: HttpRequest) -> HttpResponseBase:
    return _closed(
        request,
        title=_("Your account is not open for online booking"),
        text=_("We cannot show or book visits here for you. Please call us, we will help."),
    )


def _closed(request: HttpRequest, *, title: str, text: str) -> HttpResponseBase:
    return render(request, "portal/closed.html", {"title": title, "text": text}, status=403)
