"""Booking a visit, one question per page: what it is about, which service, when."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.interfaces.portal.access import (
    HOLDS,
    SEARCHES,
    booking_open,
    contact_required,
    limited,
)
from doorstep.interfaces.portal.draft import Draft, load_draft, save_draft
from doorstep.interfaces.portal.forms.booking import NO_ASSET
from doorstep.interfaces.portal.presenters.choices import asset_options, service_options
from doorstep.interfaces.portal.presenters.steps import booking_steps
from doorstep.interfaces.portal.requests import ContactRequest
from doorstep.interfaces.portal.wishes import assets_to_choose, find_wish, services_to_choose
from doorstep.platform.lib.errors import DomainError

from .times import day_of_key, status_of, times_context


@require_safe
@contact_required
@booking_open
def book(request: ContactRequest) -> HttpResponse:
    """To the first question there is."""
    return redirect("portal:book_asset" if assets_to_choose(request) else "portal:book_service")


@require_http_methods(["GET", "HEAD", "POST"])
@contact_required
@booking_open
def asset(request: ContactRequest) -> HttpResponse:
    assets = assets_to_choose(request)
    if not assets:
        return redirect("portal:book_service")
    draft = load_draft(request)
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("asset", "")
        if chosen == NO_ASSET or chosen in {str(each.pk) for each in assets}:
            draft.asset = None if chosen == NO_ASSET else int(chosen)
            draft.has_chosen_asset = True
            save_draft(request, draft)
            return redirect("portal:book_service")
        error = _("Please choose one of these.")
    return render(
        request,
        "portal/book_asset.html",
        {
            "steps": booking_steps(request.portal, has_assets=True, current="asset"),
            "options": asset_options(assets, draft=draft),
            "none_value": NO_ASSET,
            "none_checked": draft.has_chosen_asset and draft.asset is None,
            "address": request.contact.account.one_line_address,
            "error": error,
        },
        status=400 if error else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@contact_required
@booking_open
def service(request: ContactRequest) -> HttpResponse:
    draft = load_draft(request)
    services = list(services_to_choose(request, draft))
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("service", "")
        if chosen in {str(each.pk) for each in services}:
            draft.service = int(chosen)
            save_draft(request, draft)
            return redirect("portal:book_time")
        error = _("Please choose one of these.")
    has_assets = bool(assets_to_choose(request))
    return render(
        request,
        "portal/book_service.html",
        {
            "steps": booking_steps(request.portal, has_assets=has_assets, current="service"),
            "options": service_options(services, chosen=draft.service),
            "back_url": reverse("portal:book_asset") if has_assets else reverse("portal:home"),
            "error": error,
        },
        status=400 if error else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@limited(SEARCHES, methods=("GET",))
@limited(HOLDS, methods=("POST",))
@contact_required
@booking_open
def time(request: ContactRequest) -> HttpResponse:
    """Choose a window; choosing holds it."""
    draft = load_draft(request)
    if request.method == "POST":
        return _hold(request, draft)
    return _times(request, draft)


def _hold(request: ContactRequest, draft: Draft) -> HttpResponse:
    wish = find_wish(request, draft)
    if wish is None:
        return _start_again(request)
    key = request.POST.get("key", "")
    if not key:
        return _times(request, draft, error=_("Please choose a time."), status=400)
    draft.wanted, draft.hold = key, ""
    try:
        draft.hold = hold_offer(
            wish=wish, key=key, contact=request.contact, now=timezone.now()
        ).code
    except DomainError as error:
        save_draft(request, draft)
        day = day_of_key(wish, key)
        return _times(request, draft, error=str(error), status=status_of(error), day=day)
    save_draft(request, draft)
    return redirect(
        "portal:book_details" if request.portal.allows_additional_details else "portal:book_review"
    )


def _times(
    request: ContactRequest, draft: Draft, *, error: str = "", status: int = 200, day: str = ""
) -> HttpResponse:
    wish = find_wish(request, draft)
    if wish is None:
        return _start_again(request)
    url = reverse("portal:book_time")
    context = times_context(request, wish=wish, url=url, checked=draft.wanted, day=day)
    context["error"] = error
    if request.htmx:
        return render(request, "portal/_times_swap.html", context, status=status)
    context["steps"] = booking_steps(
        request.portal, has_assets=draft.has_chosen_asset, current="time"
    )
    context["back_url"] = reverse("portal:book_service")
    return render(request, "portal/book_time.html", context, status=status)


def _start_again(request: ContactRequest) -> HttpResponse:
    messages.info(request, _("Please choose what you need first."))
    return redirect("portal:book")
