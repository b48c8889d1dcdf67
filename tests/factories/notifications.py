"""Invitations and messages without the services that make them in real life."""

from typing import Any

from django.utils import timezone

from doorstep.domain.customers.models import Invitation
from doorstep.domain.notifications.models import Message, MessageSettings
from doorstep.domain.notifications.services.compose import compose_invitation
from doorstep.domain.organization.models import ConnectorAccount, Portal
from doorstep.platform.lib.secrets import encrypt
from doorstep.platform.lib.tokens import digest, new_short_code, normalize_code

from .customers import make_contact
from .organization import make_portal


def make_invitation(**overrides: Any) -> Invitation:
    """A single invitation of a contact who has no sign-in yet; `code` chooses its code."""
    code = overrides.pop("code", None) or new_short_code()
    contact = overrides.pop("contact", None) or make_contact()
    values: dict[str, Any] = {
        "contact": contact,
        "account": contact.account,
        "code_digest": digest(normalize_code(code)),
        "code_encrypted": encrypt(code),
    }
    if "portal" not in overrides:
        values["portal"] = Portal.objects.filter(is_default=True).first() or make_portal()
    return Invitation.objects.create(**(values | overrides))


def make_message(**invitation: Any) -> Message:
    """A message waiting to be sent: the mail of a new invitation."""
    made = make_invitation(**invitation)
    message = compose_invitation(invitation_id=made.pk, now=timezone.now())
    assert message is not None
    return message


def set_messages(portal: Portal, **values: Any) -> MessageSettings:
    """The portal's settings for messages, with these values."""
    settings, _created = MessageSettings.objects.get_or_create(portal=portal)
    for name, value in values.items():
        setattr(settings, name, value)
    settings.full_clean()
    settings.save()
    return settings


def make_sms_account(**overrides: Any) -> ConnectorAccount:
    """Somebody to send text messages: by default they are printed."""
    values = {"name": "Texts", "kind": "sms", "connector": "console"} | overrides
    settings = values.pop("settings", {})
    account = ConnectorAccount(**values)
    account.settings = settings
    account.save()
    return account
