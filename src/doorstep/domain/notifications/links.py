"""Absolute links into the portal. The names are those of the portal's URL patterns."""

from django.urls import reverse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.urls import absolute_url


def home_url(portal: Portal) -> str:
    return _absolute(reverse("portal:home"), portal)


def visit_url(booking: Booking, portal: Portal) -> str:
    return _absolute(reverse("portal:visit", args=[booking.code]), portal)


def invitation_url(code: str, portal: Portal) -> str:
    return _absolute(reverse("portal:invitation_link", args=[code]), portal)


def _absolute(path: str, portal: Portal) -> str:
    return absolute_url(path, host=portal.host_name or None)
