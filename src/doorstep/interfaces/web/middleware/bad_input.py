"""Refuse text that no form of ours can send, before anything reads it (reliability F85).

A NUL byte or half a surrogate pair reaches PostgreSQL as an error in the middle of a query.
"""

import re
from urllib.parse import unquote_to_bytes

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.datastructures import MultiValueDict

from doorstep.interfaces.web import views

from .base import SIGNED_PATHS, Middleware

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}
_CHARSETS = {"utf-8", "utf8", "us-ascii"}


class BadInput(SuspiciousOperation):
    """Answered with the 400 page."""


class BadInputMiddleware(Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _check(request)
        except RequestDataTooBig:
            return views.too_large(request)
        except UnreadablePostError as error:
            raise BadInput("the request broke off") from error
        return self.get_response(request)


def _check(request: HttpRequest) -> None:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in _CHARSETS:
        raise BadInput("forms are sent as UTF-8")
    if _UNSTORABLE.search(request.path_info):
        raise BadInput("path")
    _check_encoded(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
    _check_values(request.GET)
    _drop_bad_cookies(request)
    if request.path_info.startswith(SIGNED_PATHS):
        return
    # Bodies of other types stay unread: their views stream or parse them.
    if request.method == "POST" and request.content_type in _FORM_TYPES:
        if request.content_type == "application/x-www-form-urlencoded":
            _check_encoded(request.body)
        _check_values(request.POST)
        for name, files in request.FILES.lists():
            _check_text(name)
            for file in files:
                _check_text(getattr(file, "name", "") or "")


def _check_encoded(data: bytes) -> None:
    try:
        unquote_to_bytes(data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("not UTF-8") from error


def _check_values(values: MultiValueDict[str, str]) -> None:
    for name, texts in values.lists():
        _check_text(name)
        for text in texts:
            _check_text(str(text))


def _check_text(text: str) -> None:
    if _UNSTORABLE.search(text):
        raise BadInput("unstorable character")


def _drop_bad_cookies(request: HttpRequest) -> None:
    """A cookie no browser got from us is forgotten; refusing it would lock its owner out."""
    for name, value in list(request.COOKIES.items()):
        if _UNSTORABLE.search(value):
            del request.COOKIES[name]
