"""From a held time to a booking: details, review, book; and the hold itself."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.domain.bookings.errors import HoldExpired, HoldNotFound, KeyReused, NotBookable
from doorstep.domain.bookings.models import Hold
from doorstep.domain.bookings.services.confirm import confirm_hold
from doorstep.domain.bookings.services.hold import extend_hold, get_hold, release_hold, wish_of
from doorstep.domain.bookings.wish import place_of
from doorstep.interfaces.portal.access import (
    CHANGES,
    HOLDS,
    booking_open,
    contact_required,
    limited,
)
from doorstep.interfaces.portal.draft import Draft, clear_draft, load_draft, save_draft
from doorstep.interfaces.portal.forms.booking import KEPT_DETAILS, ConfirmForm, DetailsForm
from doorstep.interfaces.portal.presenters.durations import format_duration
from doorstep.interfaces.portal.presenters.steps import HoldView, booking_steps, hold_view
from doorstep.interfaces.portal.requests import ContactRequest, actor_of
from doorstep.interfaces.portal.wishes import find_wish
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.tokens import new_code

from .times import day_of_key


@require_http_methods(["GET", "HEAD", "POST"])
@contact_required
@booking_open
def details(request: ContactRequest) -> HttpResponse:
    draft = load_draft(request)
    form = DetailsForm(request.POST or None, initial={"details": draft.details})
    if request.method == "POST":
        _keep_details(request, draft)
    try:
        hold = _held(request, draft)
    except (HoldExpired, HoldNotFound) as error:
        return _back_to_times(request, draft, error)
    if not request.portal.allows_additional_details:
        return redirect("portal:book_review")
    if request.method == "POST" and form.is_valid():
        draft.details = form.cleaned_data["details"]
        save_draft(request, draft)
        return redirect("portal:book_review")
    return render(
        request,
        "portal/book_details.html",
        {
            "steps": booking_steps(
                request.portal, has_assets=draft.has_chosen_asset, current="details"
            ),
            "form": form,
            "hold": _view_of(hold),
        },
        status=400 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGES, methods=("POST",))
@contact_required
@booking_open
def review(request: ContactRequest) -> HttpResponse:
    """Everything once more; the one button books."""
    draft = load_draft(request)
    if request.method == "POST":
        return _confirm(request, draft)
    try:
        hold = _held(request, draft)
    except (HoldExpired, HoldNotFound) as error:
        return _back_to_times(request, draft, error)
    wish = wish_of(hold)
    form = ConfirmForm(
        initial={"hold": hold.code, "request_key": new_code(), "details": draft.details},
        auto_id=False,
    )
    return render(
        request,
        "portal/book_review.html",
        {
            "steps": booking_steps(
                request.portal, has_assets=draft.has_chosen_asset, current="review"
            ),
            "form": form,
            "hold": _view_of(hold),
            "service": hold.incident_type.customer_name,
            "duration": format_duration(hold.incident_type.duration_minutes or 0),
            "asset": hold.asset,
            "address_lines": place_of(wish).address_lines,
            "details": draft.details,
            "allows_details": request.portal.allows_additional_details,
            "contact": request.contact,
        },
    )


def _confirm(request: ContactRequest, draft: Draft) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        if "details" in form.errors:
            _keep_details(request, draft)
            messages.error(request, " ".join(str(each) for each in form.errors["details"]))
            return redirect("portal:book_details")
        messages.error(request, _("Please look over your booking and send it again."))
        return redirect("portal:book_review")
    has_details = request.portal.allows_additional_details
    try:
        booking = confirm_hold(
            hold_code=form.cleaned_data["hold"],
            contact=request.contact,
            details=form.cleaned_data["details"] if has_details else "",
            request_key=form.cleaned_data["request_key"],
            actor=actor_of(request),
            now=timezone.now(),
        )
    except KeyReused as error:
        messages.warning(request, str(error))
        return redirect("portal:book_review")
    except NotBookable as error:
        messages.error(request, str(error))
        return redirect("portal:book_service")
    except DomainError as error:
        return _back_to_times(request, draft, error)
    clear_draft(request)
    return redirect(f"{reverse('portal:visit', args=[booking.code])}?done=booked")


@require_POST
@limited(HOLDS, methods=("POST",))
@contact_required
@booking_open
def extend(request: ContactRequest) -> HttpResponse:
    """Hold on to the time for as long again, and stay on the page."""
    draft = load_draft(request)
    _keep_details(request, draft)
    try:
        hold = extend_hold(code=draft.hold, contact=request.contact)
    except DomainError as error:
        return _back_to_times(request, draft, error)
    messages.success(
        request,
        _("Your time is now held until %(until)s.") % {"until": _view_of(hold).until},
    )
    is_on_details = request.POST.get("page") == "details"
    return redirect("portal:book_details" if is_on_details else "portal:book_review")


@require_POST
@contact_required
@booking_open
def release(request: ContactRequest) -> HttpResponse:
    """Back to the choice of times; nobody waits for a time she has left."""
    draft = load_draft(request)
    _keep_details(request, draft)
    release_hold(code=draft.hold, contact=request.contact)
    draft.hold = ""
    save_draft(request, draft)
    return redirect(_times_url(request, draft))


def _held(request: ContactRequest, draft: Draft) -> Hold:
    return get_hold(code=draft.hold, contact=request.contact)


def _view_of(hold: Hold) -> HoldView:
    return hold_view(hold, seconds_left=(hold.expires_at - database_now()).total_seconds())


def _keep_details(request: ContactRequest, draft: Draft) -> None:
    """Whatever happens next, what was typed is still there."""
    if "details" in request.POST:
        draft.details = request.POST["details"][:KEPT_DETAILS]
        save_draft(request, draft)


def _back_to_times(request: ContactRequest, draft: Draft, error: DomainError) -> HttpResponse:
    messages.warning(request, str(error))
    draft.hold = ""
    save_draft(request, draft)
    return redirect(_times_url(request, draft))


def _times_url(request: ContactRequest, draft: Draft) -> str:
    """The times near what was wanted."""
    url = reverse("portal:book_time")
    wish = find_wish(request, draft)
    day = day_of_key(wish, draft.wanted) if wish else ""
    return f"{url}?{urlencode({'day': day})}" if day else url
