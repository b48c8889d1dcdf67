"""What a phone needs to go on without network: the service worker and what it asks for."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.models import BookingStatus
from doorstep.interfaces.technician.access import (
    TechnicianRequest,
    technician_required,
    visit_or_404,
)
from doorstep.interfaces.technician.forms import ProblemForm
from doorstep.interfaces.technician.presenters.ahead import states_ahead
from doorstep.interfaces.technician.presenters.kept_files import WORKER_SCRIPTS, kept_files
from doorstep.interfaces.technician.presenters.visit import visit_card


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: what differs by installation, then the scripts that do the work.

    Browsers ask for it anew to see whether it changed; its version changes with the files it keeps.
    """
    files = kept_files(request)
    facts = {
        "version": files.version,
        "files": files.urls,
        "home": reverse("technician:day"),
        "offline": reverse("technician:offline"),
        "session": reverse("technician:session"),
    }
    scripts = ", ".join(json.dumps(static(name)) for name in WORKER_SCRIPTS)
    response = HttpResponse(
        f"self.DOORSTEP = {json.dumps(facts)};\nimportScripts({scripts});\n",
        content_type="text/javascript; charset=utf-8",
    )
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
@technician_required
def session(request: TechnicianRequest) -> JsonResponse:
    """Who is signed in, and a token to send with.

    The token in a kept page may have grown old; 401 when nobody is signed in.
    """
    return JsonResponse({"user": request.technician_key, "token": get_token(request)})


@require_safe
@technician_required
def offline(request: TechnicianRequest) -> HttpResponse:
    """Kept by the phone, and shown in place of a page that is not."""
    return render(request, "technician/offline.html")


@require_safe
@technician_required
def ahead(request: TechnicianRequest, code: str) -> HttpResponse:
    """The parts of a visit's pages for each status it may come to have."""
    booking = visit_or_404(request, code)
    statuses = list(BookingStatus.objects.all())
    user_agent = request.headers.get("User-Agent", "")
    card = visit_card(booking, statuses, user_agent=user_agent)
    return render(
        request,
        "technician/ahead.html",
        {
            "card": card,
            "states": states_ahead(booking, card, statuses),
            "problem_form": ProblemForm(),
            "back": "day",
        },
    )
