"""What the business refuses about resources, in words its users may read."""

from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.errors import DomainError


class TimeOffBackwards(DomainError):
    code = "time_off_backwards"
    text = _("Time off ends after it begins.")


class TimeOffOver(DomainError):
    code = "time_off_over"
    text = _("That time is over already.")


class TimeOffBegun(DomainError):
    code = "time_off_begun"
    text = _("This time off has begun already. Please call the office.")


class TimeOffOverlaps(DomainError):
    code = "time_off_overlaps"
    text = _("%(resource)s has time off then already, or has asked for it.")


class TimeOffDecided(DomainError):
    code = "time_off_decided"
    text = _("That has been decided already: %(state)s.")


class NotACrew(DomainError):
    code = "not_a_crew"
    text = _("Only a resource of kind crew has members, and a crew cannot be a member.")


class MembershipOverlaps(DomainError):
    code = "membership_overlaps"
    text = _("%(member)s is a member of this crew in that time already.")
