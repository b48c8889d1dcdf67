"""Which portal a request is for."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from doorstep.domain.organization.selectors import find_portal
from doorstep.interfaces.web import views

from .base import Middleware


class PortalMiddleware(Middleware):
    """Sets `request.portal` by host name, read when first asked for; falsy when there is none."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.portal = SimpleLazyObject(lambda: find_portal(request.get_host()))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match and "portal" in match.app_names and not request.portal:  # type: ignore[attr-defined]
            return views.not_set_up(request)
        return None
