"""The pages of Doorstep, and an empty one of the same stack to hold them against."""

from django.http import HttpResponse
from django.template import engines
from django.urls import path

from doorstep.config.urls import urlpatterns as all_urls
from doorstep.interfaces.portal.access import booking_open, contact_required
from doorstep.interfaces.portal.requests import ContactRequest

_EMPTY = '{% extends "portal/base.html" %}{% block content %}<h1>Nothing</h1>{% endblock %}'


@contact_required
@booking_open
def empty(request: ContactRequest) -> HttpResponse:
    """Signed in, in the frame of the portal, with nothing in it."""
    return HttpResponse(engines["django"].from_string(_EMPTY).render({}, request))


urlpatterns = [path("bench/empty/", empty), *all_urls]
