"""Read settings of messages, and what a customer was told."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from doorstep.domain.organization.models import Portal

from .message_types import NAMING_A_TIME
from .models import Channel, Message, MessageSettings, MessageState
from .models.message import OUT

# What somebody should look at: it did not arrive, or nobody knows.
TROUBLE = (MessageState.FAILED, MessageState.BOUNCED, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Told:
    """The window a customer was told last, and whether a message that waits will tell another."""

    from_at: datetime | None
    is_another_waiting: bool


def settings_of(portal: Portal) -> MessageSettings:
    """What is set, or the defaults of a portal for which nobody has set anything."""
    if not portal.pk:
        return MessageSettings()
    try:
        return portal.message_settings
    except MessageSettings.DoesNotExist:
        return MessageSettings(portal=portal)


def told_about(booking_id: int, *, but: str = "", channel: Channel | None = None) -> Told:
    """What messages about the visit have said, those of one occasion (`but`) left out.

    With `channel`, what was said there counts; where nothing was, what was said anywhere.
    """
    messages = Message.objects.filter(
        booking=booking_id, message_type__in=NAMING_A_TIME, is_test=False
    )
    if but:
        messages = messages.exclude(dedupe_key__startswith=f"{but}:")
    went_out = list(
        messages.filter(Q(state__in=OUT) | Q(state=MessageState.SENDING), told_from__isnull=False)
        .order_by("-sent_at", "-pk")
        .values_list("channel", "told_from", "sent_at")
    )
    # What is being sent at this moment has no time of sending yet and is the newest of all.
    went_out.sort(key=lambda row: row[2] is not None)
    here = [row for row in went_out if channel is None or row[0] == channel]
    newest = next(iter(here or went_out), None)
    return Told(
        from_at=newest[1] if newest else None,
        is_another_waiting=messages.filter(state=MessageState.PENDING).exists(),
    )


def messages_of_work_order(work_order_id: int) -> QuerySet[Message]:
    """Everything that was decided about the visits of a work order, oldest first."""
    return with_story(Message.objects.filter(booking__work_order=work_order_id))


def messages_of_booking(booking_id: int) -> QuerySet[Message]:
    """Everything that was decided about one visit, oldest first."""
    return with_story(Message.objects.filter(booking=booking_id))


def with_story(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Oldest first, with everything that is told of each."""
    return (
        messages.select_related("contact", "account", "code", "follows")
        .prefetch_related("attempts__account", "reports")
        .order_by("created_at", "pk")
    )
