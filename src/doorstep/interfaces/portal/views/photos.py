"""Photos that a customer sends ahead, so that the technician brings the right part.

By a link they can be sent, and not looked at: links are passed on (decisions/0012).
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from doorstep.domain.bookings.models import BookingPhoto
from doorstep.domain.bookings.services.pictures import add_customer_photo, remove_customer_photo
from doorstep.interfaces.portal.access import CHANGES, limited, visit_required
from doorstep.interfaces.portal.forms.photo import PhotoForm
from doorstep.interfaces.portal.presenters.photos import photos_view
from doorstep.interfaces.portal.requests import VisitRequest
from doorstep.interfaces.web.files import private_file
from doorstep.platform.lib.errors import DomainError

from .visit import view_of, visit_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHANGES, methods=("POST",))
@visit_required
def photos(request: VisitRequest, code: str) -> HttpResponse:
    booking = visit_or_404(request, code)
    view = view_of(request, booking)
    if view.is_least or not view.is_open:
        return redirect(view.url)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_customer_photo(
                booking=booking,
                upload=form.cleaned_data["picture"],
                caption=form.cleaned_data["caption"],
                actor=request.actor,
                now=timezone.now(),
            )
        except ValidationError as error:
            form.add_error("picture", error)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The photo was sent."))
            return redirect(request.path)
    by_link = request.link is not None
    return render(
        request,
        "portal/photos.html",
        {"visit": view, "form": form, "photos": photos_view(booking, by_link=by_link)},
        status=400 if form.is_bound else 200,
    )


@require_safe
@visit_required
def photo(request: VisitRequest, code: str, number: int) -> HttpResponse:
    return private_file(_own(request, code, number).picture.name)


@require_POST
@limited(CHANGES, methods=("POST",))
@visit_required
def remove(request: VisitRequest, code: str, number: int) -> HttpResponse:
    found = _own(request, code, number)
    view = view_of(request, found.booking)
    try:
        remove_customer_photo(photo=found, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(view.url)
    messages.success(request, _("The photo was removed."))
    return redirect(view.photos_url)


def _own(request: VisitRequest, code: str, number: int) -> BookingPhoto:
    if request.link is not None:
        raise Http404
    booking = visit_or_404(request, code)
    found = BookingPhoto.objects.filter(booking=booking, pk=number, is_from_customer=True).first()
    if found is None:
        raise Http404
    return found
