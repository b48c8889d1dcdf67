"""The demo inbox: everything that was "sent", as its reader would see it. Demo only."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from doorstep.connectors.sms.folder import KeptText
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.site_time import get_zone

from .inbox import KeptMail, NoSuchMail, get_mail, list_messages
from .presenters import present_mail, present_text

TABS = ("html", "text", "source")
# The mail is shown as it came, but may do nothing: no scripts, no forms, no requests.
SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)


@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    _require_demo()
    zone = get_zone(get_company().time_zone)
    kept = [
        {"text": present_text(each, zone)}
        if isinstance(each, KeptText)
        else {"mail": present_mail(each, zone)}
        for each in list_messages()
    ]
    return render(request, "demo/inbox.html", {"kept": kept})


@require_safe
@never_cache
def mail(request: HttpRequest, name: str, tab: str = "") -> HttpResponse:
    kept = _get_or_404(name)
    shown = tab or ("html" if kept.html else "text")
    if shown not in TABS:
        raise Http404
    zone = get_zone(get_company().time_zone)
    return render(
        request,
        "demo/mail.html",
        {"mail": present_mail(kept, zone), "tab": shown, "attachments": kept.attachments},
    )


@require_safe
@never_cache
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001
    """The mail's HTML alone, for the frame on its page."""
    kept = _get_or_404(name)
    # Links of a mail lead out of the frame, as they do out of a mail program.
    response = HttpResponse(kept.html.replace("<head>", '<head><base target="_blank">', 1))
    response["Content-Security-Policy"] = SANDBOX
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:  # noqa: ARG001
    kept = _get_or_404(name)
    if number >= len(kept.attachments):
        raise Http404
    found = kept.attachments[number]
    response = HttpResponse(found.content, content_type="application/octet-stream")
    if found.content_type == "text/calendar":
        response["Content-Type"] = "text/calendar; charset=utf-8"
    response["Content-Disposition"] = 'attachment; filename="{}"'.format(
        "".join(sign for sign in found.name if sign.isalnum() or sign in "._-") or "file"
    )
    response["Content-Security-Policy"] = SANDBOX
    patch_cache_control(response, no_store=True)
    return response


def _get_or_404(name: str) -> KeptMail:
    _require_demo()
    try:
        return get_mail(name)
    except NoSuchMail as error:
        raise Http404 from error


def _require_demo() -> None:
    if not settings.IS_DEMO:
        raise Http404
