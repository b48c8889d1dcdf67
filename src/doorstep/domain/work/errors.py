"""What the business of work refuses, in words its users may read."""

from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.errors import DomainError


class ForeignToAccount(DomainError):
    code = "foreign_to_account"
    text = _("Contact, asset and location must belong to the account of the work order.")


class NoDuration(DomainError):
    code = "no_duration"
    text = _("This kind of job has no duration, so nothing can be scheduled for it.")


class WorkOrderClosed(DomainError):
    code = "work_order_closed"
    text = _("Work order %(number)s can no longer be canceled: it is %(status)s.")


class NeedsAndRoles(DomainError):
    code = "needs_and_roles"
    text = _("Give the needed characteristics to the roles, or leave out the roles: not both.")
