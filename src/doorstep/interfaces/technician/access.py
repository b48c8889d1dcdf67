"""Who may open the technician's pages: whoever signs in as an active resource."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.technicians import find_resource, get_technician_visit
from doorstep.domain.resources.models import BookableResource
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
        return view(found, *args, **kwargs)

    return guarded


def visit_or_404(request: TechnicianRequest, code: str) -> Booking:
    """A visit she or her crew is assigned to. Visits of others do not exist for her."""
    try:
        return get_technician_visit(code=code, resource=request.resource)
    except Booking.DoesNotExist as error:
        raise Http404 from error
