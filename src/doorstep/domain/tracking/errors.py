"""What tracking refuses, in words a technician may read."""

from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.errors import DomainError


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
