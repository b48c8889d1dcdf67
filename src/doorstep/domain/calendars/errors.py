"""What can be wrong with a calendar, in words for the office."""

from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.errors import DomainError


class NotApproved(DomainError):
    code = "calendar_not_approved"
    text = _("Approve this calendar first.")


class CalendarBusy(DomainError):
    code = "calendar_busy"
    text = _("A worker is writing to this calendar at the moment. Try again in a minute.")


class ServiceNotSetUp(DomainError):
    code = "calendar_service_not_set_up"
    text = _("The server profile “%(name)s” is switched off. Switch it on first.")


class NoFeedForThem(DomainError):
    code = "no_feed_for_them"
    text = _("Only active technicians, and contacts who may sign in, can have a calendar feed.")
