"""Messages of every type, as their tests need them."""

import json
from typing import Any

from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.message_types import MESSAGE_TYPES
from doorstep.domain.notifications.models import Message
from doorstep.domain.notifications.words.defaults import DEFAULTS
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.secrets import encrypt
from doorstep.platform.lib.tokens import new_code
from tests.conftest import NOW

LANGUAGES = ("en", "de", "fr", "es", "pt", "ar", "he")
BY_MAIL = tuple(DEFAULTS)
BY_SMS = tuple(name for name in DEFAULTS if MESSAGE_TYPES[name].by_sms)


def sample_message(kind: str, portal: Portal | None = None, **fields: Any) -> Message:
    """Nothing in the database: what a preview is made of."""
    values = {"language": "en", "is_test": True, "address": "otto@example.com", "created_at": NOW}
    return Message(message_type=kind, portal=portal, **(values | fields))


def visit_message(
    booking: Booking, kind: str, *, context: dict[str, Any] | None = None, **fields: Any
) -> Message:
    """A stored message about a visit; `context` is what was written with it."""
    contact = fields.pop("contact", booking.work_order.reported_by)
    return Message.objects.create(
        message_type=kind,
        booking=booking,
        portal=booking.work_order.portal,
        contact=contact,
        dedupe_key=new_code(),
        context_encrypted=encrypt(json.dumps(context)) if context else "",
        **({"created_at": NOW, "language": "en"} | fields),
    )
