"""Staff sign in with a second factor, or set one up first."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from .base import Middleware


class StaffMfaMiddleware(Middleware):
    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        if not settings.REQUIRE_STAFF_MFA or _is_needed_to_comply(request):
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff or is_mfa_enabled(user):
            return None
        messages.info(request, _("Staff need a second step to sign in. Please set one up."))
        return redirect("mfa_index")


def _is_needed_to_comply(request: HttpRequest) -> bool:
    """Sign-in pages (the set-up is one of them) and the shared parts every page loads."""
    match = request.resolver_match
    return match is not None and ("web" in match.app_names or match.route.startswith("accounts/"))
