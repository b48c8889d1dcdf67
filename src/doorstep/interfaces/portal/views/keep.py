"""A visit is expected late, and its customer would rather wait."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from doorstep.domain.tracking.services.outlook import keep_visit, last_delay
from doorstep.interfaces.portal.access import CHANGES, limited, visit_required
from doorstep.interfaces.portal.requests import VisitRequest

from .visit import urls_of, visit_or_404


@require_POST
@limited(CHANGES, methods=("POST",))
@visit_required
def keep(request: VisitRequest, code: str) -> HttpResponse:
    """The office reads the answer; nothing else changes."""
    booking = visit_or_404(request, code)
    delay = last_delay(booking)
    if delay is None or booking.expected_late_at is None:
        messages.info(request, _("The visit is no longer expected late."))
    else:
        keep_visit(delay=delay, actor=request.actor, now=timezone.now())
    return redirect(urls_of(request, booking).visit)
