"""Roles and what each may do in the office, as one table."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    DISPATCHER = "dispatcher", _("Dispatcher")
    TECHNICIAN = "technician", _("Technician")
    CONTACT = "contact", _("Customer")


STAFF_ROLES = frozenset({Role.ADMINISTRATOR, Role.DISPATCHER})

# What a dispatcher may add, change or delete; everything in the office may be looked at.
_DISPATCHER_WRITES = {
    "customers": {"add", "change", "delete"},
    "work": {"add", "change"},
    "bookings": {"add", "change"},
    "resources": {"add", "change"},
    "notifications": {"change"},
}
# Settings, sign-ins and the queue belong to administrators.
_HIDDEN_FROM_DISPATCHERS = {"identity", "mfa", "socialaccount", "account", "procrastinate"}
_HIDDEN_MODELS = {"organization.connectoraccount", "tracking.positionkey"}
# Settings in an app whose other rows dispatchers may change.
_ONLY_TO_LOOK_AT = {"notifications.messagesettings"}


def may(role: str, permission: str) -> bool:
    """Whether `role` holds a Django permission such as "customers.add_account"."""
    if role == Role.ADMINISTRATOR:
        return True
    if role != Role.DISPATCHER:
        return False
    app, _separator, name = permission.partition(".")
    if app in _HIDDEN_FROM_DISPATCHERS:
        return False
    verb, _separator, model = name.partition("_")
    if f"{app}.{model}" in _HIDDEN_MODELS:
        return False
    if verb != "view" and f"{app}.{model}" in _ONLY_TO_LOOK_AT:
        return False
    return verb == "view" or verb in _DISPATCHER_WRITES.get(app, set())
