"""How far the portal's pages depart from the strict Content-Security-Policy, and why."""

from django.http import HttpResponse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.rules import portal_of
from doorstep.domain.surveys.selectors import survey_settings_of


def allow_survey_frame(response: HttpResponse, booking: Booking) -> None:
    """Let the page show the survey of another service: from its one allowed host, in a frame that
    runs apart from the page. Nothing changes for portals that do not ask there."""
    host = survey_settings_of(portal_of(booking)).framed_host
    if host:
        vars(response)["_csp_update"] = {"frame-src": [f"https://{host}"]}
