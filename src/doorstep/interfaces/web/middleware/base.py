"""What the middleware of this package share."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

# Answered without session, language or portal page: machines ask for them.
PLAIN_PATHS = frozenset({"/brand.css", "/favicon.svg", "/health/", "/robots.txt"})
# Bodies that come here are signed by providers, who have forms of their own: nobody may read them
# before the signature is checked, and their views say themselves how much they take.
SIGNED_PATHS = "/hooks/"


class Middleware:
    """Keeps the next layer; subclasses answer `__call__`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
