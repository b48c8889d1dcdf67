# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""The office: an admin site of our own, for staff only.

Who is not signed in goes to the sign-in of the portal (whose rate limits and second factor apply);
who is signed in but no staff, or may not see a page, is told that it does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.dataclasses import Favicon
from unfold.sites import UnfoldAdminSite

from doorstep.domain.organization.selectors import get_company

from .csp import with_office_policy
from .feedback import feedback_context
from .front_page import front_page_of
from .outbound import outbound_notices
from .pictures import picture
from .why import why_context

View = Callable[..., HttpResponseBase]


class OfficeSite(UnfoldAdminSite):  # type: ignore[misc]
    site_title = _("Doorstep office")
    index_title = _("Today")
    index_template = "office/front_page.html"
    enable_nav_sidebar = True
    empty_value_display = "–"

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return self.login(request)
            if not self.has_permission(request):
                raise Http404
            try:
                response = _in_company_zone(lambda: inner(request, *args, **kwargs))
            except PermissionDenied as refusal:
                raise Http404 from refusal
            return with_office_policy(response)

        return guarded

    def extra_urls(self) -> list[URLPattern]:
        return [
            path("picture/<path:name>", self.admin_view(picture), name="picture"),
            path("why/", self.admin_view(self.why), name="why"),
            path("feedback/", self.admin_view(self.feedback), name="feedback"),
        ]

    def feedback(self, request: HttpRequest) -> HttpResponse:
        """Averages of what customers said."""
        context = self.each_context(request) | feedback_context(request, now=timezone.now())
        return TemplateResponse(request, "office/feedback.html", context)

    def why(self, request: HttpRequest) -> HttpResponse:
        """Why there is no time for somebody on a day."""
        context = self.each_context(request) | why_context(request, now=timezone.now())
        return TemplateResponse(request, "office/why.html", context)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every sign-in is allauth's; Django's own form has no rate limits, no second factor."""
        goal = self._path("index") if self._is_sign_in(request) else request.get_full_path()
        return redirect_to_login(goal)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # The form's token goes along, so that one click is enough.
        return redirect("account_logout", preserve_request=True)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page = front_page_of(now=timezone.now())
        answer: HttpResponse = super().index(request, {"front_page": page} | (extra_context or {}))
        return answer

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Apps are our rooms, not the staff's: the front page lists what there is."""
        return redirect(self._path("index"))

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            answer: HttpResponse = super().search(request, extra_context)
        except (ValueError, InvalidPage) as bad_page:
            raise Http404 from bad_page
        return answer

    def extra_context(self, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
        return context | {
            # Unfold would write the colors as an inline style; ours lie in the file.
            "colors": None,
            "outbound_notices": outbound_notices(get_company()),
            "show_history": True,  # ours; see base.OfficeModelAdmin.history_view
            "styles": [*context["styles"], static("office/office.css")],
            "site_favicons": [Favicon(href=resolve_url("web:favicon"), rel="icon")],
            "scripts": [*context["scripts"], static("office/office.js")],
        }

    def _is_sign_in(self, request: HttpRequest) -> bool:
        return request.path in {self._path("login"), self._path("logout")}

    def _path(self, name: str) -> str:
        return resolve_url(f"{self.name}:{name}")


def _in_company_zone(answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Times typed and shown in the office are the company's; pages are rendered before it ends."""
    with timezone.override(ZoneInfo(get_company().time_zone)):
        response = answer()
        if isinstance(response, SimpleTemplateResponse):
            response.render()
    return response


office = OfficeSite(name="office")
