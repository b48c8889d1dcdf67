"""Cancel a visit: one form, moving offered first, the time free again at once."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.interfaces.portal.access import CHANGES, contact_required, limited
from doorstep.interfaces.portal.forms.cancel import CancelForm
from doorstep.interfaces.portal.requests import ContactRequest, actor_of
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.tokens import new_code

from .visit import view_of, visit_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGES, methods=("POST",))
@contact_required
def cancel(request: ContactRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    view = view_of(booking)
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
                actor=actor_of(request),
                now=timezone.now(),
            )
        except DomainError as error:
            messages.warning(request, str(error))
            return redirect("portal:visit", code=code)
        return redirect(f"{reverse('portal:visit', args=[code])}?done=canceled")
    return render(
        request,
        "portal/cancel.html",
        {"visit": view, "form": form},
        status=400 if form.is_bound else 200,
    )
