"""Move a visit: a new time is held beside the old one, and they change places in one step."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from doorstep.domain.bookings.errors import ChangedMeanwhile, HoldExpired, HoldNotFound, KeyReused
from doorstep.domain.bookings.models import Booking, Hold
from doorstep.domain.bookings.services.hold import (
    extend_hold,
    get_hold,
    hold_offer,
    release_hold,
)
from doorstep.domain.bookings.services.reschedule import reschedule_booking
from doorstep.domain.bookings.timetable import Promise
from doorstep.interfaces.portal.access import (
    CHANGES,
    HOLDS,
    SEARCHES,
    booking_open,
    limited,
    visit_required,
)
from doorstep.interfaces.portal.draft import move_hold, save_move_hold
from doorstep.interfaces.portal.forms.booking import MoveForm
from doorstep.interfaces.portal.presenters.steps import HoldView, hold_view
from doorstep.interfaces.portal.requests import VisitRequest
from doorstep.interfaces.portal.wishes import wish_to_move
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.tokens import new_code

from .times import day_of_key, status_of, times_context
from .visit import urls_of, view_of, visit_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@limited(SEARCHES, methods=("GET",))
@limited(HOLDS, methods=("POST",))
@visit_required
@booking_open
def move(request: VisitRequest, code: str) -> HttpResponse:
    """Choose the new time. Where moving is not allowed the page says why, and whom to call."""
    booking = visit_or_404(request, code)
    view = view_of(request, booking)
    if view.is_least:
        return redirect(view.url)
    if not view.may_change:
        return render(request, "portal/move_closed.html", {"visit": view})
    if request.method == "POST":
        return _hold(request, booking)
    return _times(request, booking)


def _hold(request: VisitRequest, booking: Booking) -> HttpResponse:
    key = request.POST.get("key", "")
    if not key:
        return _times(request, booking, error=_("Please choose a time."), status=400)
    if key == _key_of(booking):
        messages.info(request, _("That is the time you have already. Nothing was changed."))
        return redirect(urls_of(request, booking).visit)
    wish = wish_to_move(request, booking)
    try:
        hold = hold_offer(wish=wish, key=key, contact=request.contact, now=timezone.now())
    except DomainError as error:
        day = day_of_key(wish, key)
        return _times(request, booking, error=str(error), status=status_of(error), day=day)
    save_move_hold(request, code=booking.code, hold=hold.code)
    return redirect(urls_of(request, booking).review)


def _times(
    request: VisitRequest, booking: Booking, *, error: str = "", status: int = 200, day: str = ""
) -> HttpResponse:
    wish = wish_to_move(request, booking)
    context = times_context(
        request,
        wish=wish,
        url=urls_of(request, booking).move,
        checked=_key_of(booking),
        current=_key_of(booking),
        day=day,
    )
    context["error"] = error
    if request.htmx:
        return render(request, "portal/_times_swap.html", context, status=status)
    context["visit"] = view_of(request, booking)
    return render(request, "portal/move_time.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGES, methods=("POST",))
@visit_required
@booking_open
def review(request: VisitRequest, code: str) -> HttpResponse:
    """Old time, new time, and one button."""
    booking = visit_or_404(request, code)
    if request.method == "POST":
        return _move(request, booking)
    view = view_of(request, booking)
    if view.is_least:
        return redirect(view.url)
    try:
        hold = _held(request, booking)
    except (HoldExpired, HoldNotFound) as error:
        return _back_to_times(request, booking, error)
    form = MoveForm(
        initial={"hold": hold.code, "request_key": new_code(), "version": view.version},
        auto_id=False,
    )
    return render(
        request,
        "portal/move_review.html",
        {"visit": view, "hold": _view_of(hold), "form": form},
    )


def _move(request: VisitRequest, booking: Booking) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please look over the new time and send it again."))
        return redirect(urls_of(request, booking).review)
    booking.version = form.cleaned_data["version"]
    try:
        reschedule_booking(
            booking=booking,
            hold_code=form.cleaned_data["hold"],
            contact=request.contact,
            request_key=form.cleaned_data["request_key"],
            actor=request.actor,
            now=timezone.now(),
        )
    except (ChangedMeanwhile, KeyReused) as error:
        messages.warning(request, str(error))
        return redirect(urls_of(request, booking).visit)
    except DomainError as error:
        return _back_to_times(request, booking, error)
    save_move_hold(request, code=booking.code, hold="")
    return redirect(f"{urls_of(request, booking).visit}?done=moved")


@require_POST
@limited(HOLDS, methods=("POST",))
@visit_required
@booking_open
def extend(request: VisitRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    held = move_hold(request, code=code)
    try:
        hold = extend_hold(code=held, contact=request.contact)
    except DomainError as error:
        return _back_to_times(request, booking, error)
    messages.success(
        request, _("Your time is now held until %(until)s.") % {"until": _view_of(hold).until}
    )
    return redirect(urls_of(request, booking).review)


@require_POST
@visit_required
@booking_open
def release(request: VisitRequest, code: str) -> HttpResponse:
    """Back to the choice of times; the visit keeps the time it has."""
    booking = visit_or_404(request, code)
    release_hold(code=move_hold(request, code=code), contact=request.contact)
    save_move_hold(request, code=booking.code, hold="")
    return redirect(urls_of(request, booking).move)


def _held(request: VisitRequest, booking: Booking) -> Hold:
    """The hold for moving this visit. Raises HoldNotFound, HoldExpired."""
    code = move_hold(request, code=booking.code)
    hold = get_hold(code=code, contact=request.contact)
    if hold.booking_id != booking.pk:
        raise HoldNotFound
    return hold


def _view_of(hold: Hold) -> HoldView:
    return hold_view(hold, seconds_left=(hold.expires_at - database_now()).total_seconds())


def _key_of(booking: Booking) -> str:
    return Promise(booking.promised_from, booking.promised_to).key


def _back_to_times(request: VisitRequest, booking: Booking, error: DomainError) -> HttpResponse:
    messages.warning(request, str(error))
    save_move_hold(request, code=booking.code, hold="")
    return redirect(urls_of(request, booking).move)
