"""Find messages that are due and that nobody is busy with, and ring for each."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from doorstep.domain.notifications.bell import ring
from doorstep.domain.notifications.models import Message, MessageState

BATCH = 1000


def due_messages() -> QuerySet[Message]:
    """Due by the database's clock and without a live lease, oldest first."""
    return Message.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lte=Now()),
        state__in=[MessageState.PENDING, MessageState.SENDING],
        due_at__lte=Now(),
    ).order_by("due_at", "pk")


def ring_for_due_messages() -> int:
    """Returns the number of rings that were missing."""
    ids = due_messages().values_list("pk", flat=True)[:BATCH]
    return sum(ring(message_id=pk) for pk in ids)
