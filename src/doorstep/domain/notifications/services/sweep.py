"""Find messages that are due and that nobody is busy with, and ring for each."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from doorstep.domain.notifications.bell import FEW, ring, ring_for_many
from doorstep.domain.notifications.models import Channel, Message, MessageState
from doorstep.domain.organization.selectors import get_company


def due_messages() -> QuerySet[Message]:
    """Due by the database's clock and without a live lease, oldest first."""
    return Message.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=Now()),
        state__in=[MessageState.PENDING, MessageState.SENDING],
        due_at__lte=Now(),
    ).order_by("due_at", "pk")


def ring_for_due_messages() -> int:
    """Returns the number of rings that were missing; none while all messages are held."""
    if get_company().is_outbound_held:
        return 0
    return sum(_ring_for(channel) for channel in Channel)


def _ring_for(channel: Channel) -> int:
    due = list(due_messages().filter(channel=channel)[: FEW + 1])
    if len(due) > FEW:
        return int(ring_for_many(channel))
    return sum(ring(message) for message in due)


def ring_at_its_time(message_id: int) -> bool:
    """Ring for a message that waits for a later time; False when it does not."""
    waiting = Message.objects.filter(
        pk=message_id, state=MessageState.PENDING, due_at__gt=Now()
    ).first()
    return waiting is not None and ring(waiting, at=waiting.due_at)
