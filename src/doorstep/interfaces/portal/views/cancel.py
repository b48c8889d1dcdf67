"""Cancel a visit: one form, moving offered first, the time free again at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.interfaces.portal.access import CHANGES, limited, visit_required
from doorstep.interfaces.portal.forms.cancel import CancelForm
from doorstep.interfaces.portal.requests import VisitRequest
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.tokens import new_code

from .visit import view_of, visit_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGES, methods=("POST",))
@visit_required
def cancel(request: VisitRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    view = view_of(request, booking)
    if view.is_least and request.method != "POST":
        return redirect(view.url)
    form = CancelForm(
        request.POST or None,
        initial={"request_key": new_code(), "version": view.version},
    )
    if request.method == "POST" and form.is_valid():
        booking.version = form.cleaned_data["version"]
        try:
            cancel_booking(
                booking=booking,
                reason=form.reason_text(),
                request_key=form.cleaned_data["request_key"],
                actor=request.actor,
                now=timezone.now(),
                contact=request.contact,
            )
        except DomainError as error:
            messages.warning(request, str(error))
            return redirect(view.url)
        return redirect(f"{view.url}?done=canceled")
    return render(
        request,
        "portal/cancel.html",
        {"visit": view, "form": form},
        status=400 if form.is_bound else 200,
    )
