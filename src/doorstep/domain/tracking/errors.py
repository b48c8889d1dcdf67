"""What tracking refuses, in words a technician may read."""

from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.errors import DomainError

from .reports import Refusal


class NoRunningTrip(DomainError):
    code = "no_running_trip"
    text = _("Positions are taken only while you travel to a visit, and you do not at the moment.")


class SharingOff(DomainError):
    code = "sharing_off"
    text = _("Your company does not share positions.")


class SharingPaused(DomainError):
    code = "sharing_paused"
    text = _("Sharing your position is paused.")


class PauseNeedsReason(DomainError):
    code = "pause_needs_reason"
    text = _("Please say why you pause sharing your position.")


class PositionRefused(DomainError):
    code = "position_refused"
    text = _("This position was not taken. %(reason)s")


REFUSALS = {
    Refusal.NOT_A_PLACE: _("It is no place on earth."),
    Refusal.IN_THE_FUTURE: _("Its time lies in the future."),
    Refusal.BEFORE_THE_TRIP: _("It is from before the trip."),
    Refusal.TOO_OFTEN: _("Another one came in the same moment."),
    Refusal.TOO_VAGUE: _("It is too vague."),
    Refusal.JUMP: _(
        "It is too far from the last one. If it is right, send it once more in some seconds."
    ),
}
