"""Absolute links into the portal. The names are those of the portal's URL patterns."""

from django.urls import reverse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.organization.models import ConnectorAccount, Portal
from doorstep.platform.lib.urls import absolute_url


def home_url(portal: Portal) -> str:
    return _absolute(reverse("portal:home"), portal)


def visit_url(booking: Booking, portal: Portal) -> str:
    return _absolute(reverse("portal:visit", args=[booking.code]), portal)


def code_url(code: str, portal: Portal) -> str:
    """The short link that opens one visit without signing in; `code` is its secret."""
    return _absolute(reverse("portal:link", args=[code]), portal)


def survey_url(visit_page: str) -> str:
    """Where on the visit's page our own form is; the same page, so that a link's code stays short
    and stands in one kind of address only."""
    return f"{visit_page}#survey"


def logo_url(portal: Portal) -> str:
    """The picture that stands for the portal's name on its pages, or "" if it has none."""
    image = portal.header_image_phone or portal.header_image_desktop
    return _absolute(reverse("web:brand_image", args=[image.name]), portal) if image else ""


def invitation_url(code: str, portal: Portal) -> str:
    return _absolute(reverse("portal:invitation_link", args=[code]), portal)


def report_url(account: ConnectorAccount) -> str:
    """Where the provider reports to: always under the installation's own address."""
    return absolute_url(reverse("hooks:report", args=[account.kind, account.callback_code]))


def _absolute(path: str, portal: Portal) -> str:
    return absolute_url(path, host=portal.host_name or None)
