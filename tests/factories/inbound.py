"""Accounts with services that report, and messages they have taken over."""

from datetime import timedelta
from itertools import count
from typing import Any

from doorstep.domain.notifications.message_types import BOOKING_CONFIRMED
from doorstep.domain.notifications.models import Channel, Message, MessageState
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from tests.conftest import NOW
from tests.doubles import sms_gateway, twilio

from .customers import carol

_numbers = count(1)


def twilio_account(**overrides: Any) -> ConnectorAccount:
    """An account at the double; `base_url` says where that is, for what asks Twilio back."""
    settings = {
        "account_sid": twilio.ACCOUNT_SID,
        "auth_token": twilio.AUTH_TOKEN,
        "from_number": twilio.SENDER,
    }
    settings |= {name: overrides.pop(name) for name in ("base_url",) if name in overrides}
    return _account("twilio", settings, overrides)


def gateway_account(**overrides: Any) -> ConnectorAccount:
    settings = {"url": "https://gateway.example/texts", "secret": sms_gateway.SECRET}
    return _account("signed_webhook", settings, overrides)


def make_sent(account: ConnectorAccount, **overrides: Any) -> Message:
    """A text to Carol that the account took over at NOW."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "message_type": BOOKING_CONFIRMED.name,
        "dedupe_key": f"inbound:{number}:{account.kind}",
        "channel": Channel(account.kind),
        "state": MessageState.SENT,
        "account": account,
        "provider_id": f"SM{number:032x}",
        "created_at": NOW,
        "sent_at": NOW + timedelta(seconds=2),
    }
    if "contact" not in overrides:
        values["contact"] = carol()
        values["address"] = carol().phone if account.kind == Channel.SMS else carol().email
    return Message.objects.create(**(values | overrides))


def _account(
    connector: str, settings: dict[str, str], overrides: dict[str, Any]
) -> ConnectorAccount:
    values = {
        "name": f"Texts {next(_numbers)}",
        "kind": ConnectorKind.SMS,
        "connector": connector,
        **overrides,
    }
    account = ConnectorAccount(**values)
    account.settings = settings
    account.save()
    return account
