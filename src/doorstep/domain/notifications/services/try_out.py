"""Try a connector out: ask its service whether it knows us, or hand over one small message."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from doorstep.connectors.base import ConnectorError, InvalidSettings, Receipt
from doorstep.connectors.email.base import Checks as ChecksMail
from doorstep.connectors.email.base import OutgoingEmail
from doorstep.connectors.registry import UnknownConnector
from doorstep.connectors.sms.base import Checks as ChecksTexts
from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.travel.base import TrafficService as ChecksTraffic
from doorstep.domain.notifications.wanted import is_within_fence
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.secrets import SecretUnreadable

from .accounts import sender_of


class TrialFailed(DomainError):
    code = "trial_failed"
    text = _("%(name)s says: %(answer)s")


class NothingToAsk(DomainError):
    code = "nothing_to_ask"
    text = _("This service cannot be asked; send a test message instead.")


class TrialHeld(DomainError):
    code = "trial_held"
    text = _("Nothing leaves: messages are held, or this is a dry run (company settings).")


class TrialFenced(DomainError):
    code = "trial_fenced"
    text = _("Only some recipients may be written to (company settings).")


def check_account(*, account: ConnectorAccount, actor: Actor) -> str:
    """What the service answered, as a sentence for staff; nothing is sent.

    Raises TrialFailed with its answer, or NothingToAsk.
    """
    connector = _connector(account)
    if not isinstance(connector, (ChecksMail, ChecksTexts, ChecksTraffic)):
        raise NothingToAsk
    try:
        answer = connector.check()
    except ConnectorError as error:
        record(actor=actor, action="tried in vain", obj=account, data={"answer": error.code})
        raise TrialFailed(name=account.name, answer=error.text) from error
    record(actor=actor, action="tried", obj=account)
    return answer


def send_trial(*, account: ConnectorAccount, to: str, actor: Actor, now: datetime) -> Receipt:
    """Hand over one small message to `to`, a complete address. It is no row of the log.

    Raises TrialHeld, TrialFenced, TrialFailed.
    """
    company = get_company()
    if company.is_outbound_held or company.is_dry_run:
        raise TrialHeld
    if not is_within_fence(to, company):
        raise TrialFenced
    connector = _connector(account)
    message_id = str(uuid.uuid4())
    text = f"A test of “{account.name}” from {company.name}, {now:%Y-%m-%d %H:%M} UTC."
    outgoing: OutgoingEmail | OutgoingSms = OutgoingSms(message_id=message_id, to=to, text=text)
    if account.kind == ConnectorKind.EMAIL:
        outgoing = OutgoingEmail(
            message_id=f"{message_id}@{settings.MESSAGE_ID_DOMAIN}",
            from_address=settings.DEFAULT_FROM_EMAIL,
            to=to,
            subject=f"A test of {account.name}",
            text=text,
        )
    try:
        receipt: Receipt = connector.send(outgoing)
    except ConnectorError as error:
        data = {"to": to, "answer": error.code}
        record(actor=actor, action="test refused", obj=account, data=data)
        raise TrialFailed(name=account.name, answer=error.text) from error
    record(actor=actor, action="test sent", obj=account, data={"to": to})
    return receipt


def _connector(account: ConnectorAccount) -> Any:
    try:
        return sender_of(account)
    except (InvalidSettings, UnknownConnector, SecretUnreadable) as error:
        raise TrialFailed(name=account.name, answer=str(error)) from error
