"""Shared pages: errors that keep the brand, the brand's style sheet, health."""

import mimetypes
import sys

from django.core.exceptions import DisallowedHost
from django.core.files.storage import default_storage
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import condition, require_safe

from .brand import sheet_version, style_sheet
from .requests import find_request_portal, shown_portal

ONE_YEAR = 60 * 60 * 24 * 365


# --- Errors ---------------------------------------------------------------------------------------


def error_page(
    request: HttpRequest, *, status: int, title: str, text: str, kind: str = ""
) -> HttpResponse:
    """A page that says what went wrong and what to do next, in the portal's look."""
    response = render(
        request,
        "web/error.html",
        {"error_title": title, "error_text": text, "status": status, "kind": kind},
        status=status,
    )
    patch_cache_control(response, no_store=True)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        # There is no portal of that name, and nothing of the request to trust.
        return HttpResponse(_("Unknown host name."), status=400, content_type="text/plain")
    return error_page(
        request,
        status=400,
        title=_("We could not read that"),
        text=_("Something in the request was not readable. Please go back and try again."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return error_page(
        request,
        status=403,
        title=_("This page is not open to you"),
        text=_("If you think it should be, please contact us."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return error_page(
        request,
        status=403,
        title=_("Please send that once more"),
        text=_(
            "For your safety we only accept forms from an open page of this site, and this one "
            "had grown old. Go back, reload the page and send it again. Your browser must allow "
            "cookies for this site."
        ),
        kind="csrf",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return error_page(
        request,
        status=404,
        title=_("There is nothing here"),
        text=_("The address may be mistyped, or the page has moved."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return error_page(
        request,
        status=413,
        title=_("That is too long"),
        text=_(
            "What you sent is larger than we can take. Go back, shorten it and send it again; "
            "nothing was changed."
        ),
    )


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    response = error_page(
        request,
        status=429,
        title=_("One moment, please"),
        text=_("That was a lot of requests in a short time. Please wait a minute and try again."),
    )
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    # A database that is away, or a lock nobody gives back, is not a mistake in the page.
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away()
    return error_page(
        request,
        status=500,
        title=_("That went wrong on our side"),
        text=_("It was not your fault. Please try again in a moment, or call us."),
    )


def database_away() -> HttpResponse:
    """503 without a single query (reliability F12)."""
    language = get_language() or "en"
    page = render_to_string(
        "web/away.html",
        {"language": language, "direction": "rtl" if get_language_bidi() else "ltr"},
    )
    response = HttpResponse(page, status=503)
    response["Retry-After"] = "30"
    patch_cache_control(response, no_store=True)
    return response


def not_set_up(request: HttpRequest) -> HttpResponse:
    response = error_page(
        request,
        status=503,
        title=_("Not set up yet"),
        text=_("Nobody has opened a portal at this address so far. Please come back later."),
        kind="not_set_up",
    )
    response["Retry-After"] = "3600"
    return response


# --- Brand ----------------------------------------------------------------------------------------


def _sheet_etag(request: HttpRequest) -> str:
    return f'"{sheet_version(shown_portal(request))}"'


@require_safe
@condition(etag_func=_sheet_etag)
def brand(request: HttpRequest) -> HttpResponse:
    """The portal's colors and font. Kept for a year under its version, else asked for each time."""
    portal = shown_portal(request)
    response = HttpResponse(style_sheet(portal), content_type="text/css; charset=utf-8")
    if request.GET.get("v") == sheet_version(portal):
        patch_cache_control(response, public=True, max_age=ONE_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, no_cache=True)
    return response


@require_safe
def brand_image(request: HttpRequest, name: str) -> FileResponse:
    """The header images of this portal, and no other stored file."""
    portal = find_request_portal(request)
    images = (portal.header_image_desktop, portal.header_image_phone) if portal else ()
    if not any(image and image.name == name for image in images) or not _is_stored(name):
        raise Http404
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(default_storage.open(name), content_type=kind)
    # No type an image can have may run as a page.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, public=True, max_age=60 * 60)
    return response


def _is_stored(name: str) -> bool:
    return default_storage.exists(name)


# --- Machines -------------------------------------------------------------------------------------


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("User-agent: *\nAllow: /$\nDisallow: /\n", content_type="text/plain")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """A door in the portal's color."""
    color = shown_portal(request).foreground_color
    response = render(request, "web/favicon.svg", {"color": color}, content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=60 * 60 * 24)
    return response
