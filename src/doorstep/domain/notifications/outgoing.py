"""A rendered message as its connector takes it."""

from datetime import timedelta

from doorstep.connectors.email.base import OutgoingEmail
from doorstep.connectors.sms.base import OutgoingSms
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.lib.db import database_now

from .links import report_url
from .message_types import MESSAGE_TYPES
from .models import Message
from .rendering import RenderedMail, RenderedSms

Rendered = RenderedMail | RenderedSms
Outgoing = OutgoingEmail | OutgoingSms
SHORTEST_LIFE = timedelta(minutes=5)


def outgoing_of(message: Message, rendered: Rendered, *, account: ConnectorAccount) -> Outgoing:
    """A text is worth delivering as long as its type is of use."""
    if not isinstance(rendered, RenderedSms):
        return rendered.as_email(message)
    ends = message.created_at + MESSAGE_TYPES[message.message_type].useful_for
    left = max(ends - database_now(), SHORTEST_LIFE)
    return OutgoingSms(
        message_id=str(message.uuid),
        to=rendered.to,
        text=rendered.text,
        valid_for_s=int(left.total_seconds()),
        marker=rendered.marker,
        callback_url=report_url(account),
        language=rendered.language,
    )
