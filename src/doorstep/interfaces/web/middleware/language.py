"""In which language a page speaks: the visitor's choice, what we know of her, what she asks for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from doorstep.interfaces.web.contacts import find_contact
from doorstep.interfaces.web.requests import find_request_portal

from .base import PLAIN_PATHS, Middleware


class LanguageMiddleware(Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in PLAIN_PATHS:
            return self.get_response(request)
        language = choose_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def choose_language(request: HttpRequest) -> str:
    return (
        _chosen_language(request)
        or supported_language(_own_language(request))
        or _asked_for(request)
        or _portal_language(request)
    )


def has_chosen_language(request: HttpRequest) -> bool:
    """Whether the visitor said it herself, on this browser."""
    return bool(_chosen_language(request))


def _chosen_language(request: HttpRequest) -> str:
    return supported_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


def _own_language(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return ""
    contact = find_contact(request)
    if contact is None:
        return request.user.language
    return contact.language or contact.account.language or request.user.language


def _asked_for(request: HttpRequest) -> str:
    header = request.headers.get("Accept-Language", "")
    for code, _quality in parse_accept_lang_header(header):
        if code != "*" and (language := supported_language(code)):
            return language
    return ""


def _portal_language(request: HttpRequest) -> str:
    portal = find_request_portal(request)
    return supported_language(portal.default_language if portal else "") or settings.LANGUAGE_CODE


def supported_language(code: str) -> str:
    """The language of ours that answers for a code; empty for none."""
    if not code:
        return ""
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return ""
