"""Who may open the technician's pages: whoever signs in as an active resource."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.technicians import find_resource, get_technician_visit
from doorstep.domain.resources.models import BookableResource
from doorstep.interfaces.technician.presenters.kept_files import kept_files
from doorstep.interfaces.web.rate_limit import Limit, is_over
from doorstep.interfaces.web.requests import PageRequest
from doorstep.interfaces.web.views import too_many_requests
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role

P = ParamSpec("P")
# A phone that was offline for a day sends all of it at once.
REPORTS = Limit("technician", amount=300, seconds=60)


class TechnicianRequest(PageRequest):
    """Made by `technician_required`."""

    user: User
    resource: BookableResource
    actor: Actor
    technician_key: str


TechnicianView = Callable[Concatenate[TechnicianRequest, P], HttpResponseBase]


def technician_required(
    view: TechnicianView[P],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For who signed in as a resource. Customers are told that there is nothing here; staff who
    are nobody's resource are told what is missing."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            if wants_json(request):
                return JsonResponse({"error": "signed_out"}, status=401)
            return redirect_to_login(request.get_full_path())
        resource = find_resource(user)
        if resource is None:
            if user.role == Role.CONTACT:
                raise Http404
            return render(request, "technician/no_resource.html", status=403)
        if request.method == "POST" and is_over(request, REPORTS):
            return too_many_requests(request)
        found = cast("TechnicianRequest", request)
        found.resource = resource
        found.actor = Actor(Source.TECHNICIAN, user)
        found.technician_key = technician_key(user)
        response = view(found, *args, **kwargs)
        # For the service worker: whose page this is, and with which files it goes.
        response["Doorstep-User"] = found.technician_key
        response["Doorstep-Version"] = kept_files(request).version
        return response

    return guarded


def technician_key(user: User) -> str:
    """Under which name a phone keeps what belongs to this user. Says nothing about her."""
    return salted_hmac("doorstep.technician", str(user.pk)).hexdigest()[:20]


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks, such as the queue of a phone, and not a browser for a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def visit_or_404(request: TechnicianRequest, code: str) -> Booking:
    """A visit she or her crew is assigned to. Visits of others do not exist for her."""
    try:
        return get_technician_visit(code=code, resource=request.resource)
    except Booking.DoesNotExist as error:
        raise Http404 from error
