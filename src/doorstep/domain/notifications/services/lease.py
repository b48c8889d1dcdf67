"""Who may send a message now: a lease by the database's clock, renewed while its holder sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from doorstep.domain.notifications.models import Message
from doorstep.platform.lib.tokens import new_code

from .sweep import due_messages

# A killed worker's message is taken up again this long after its last sign of life.
LEASE = timedelta(seconds=60)
RENEW_EVERY_S = 20.0
# What decides about a message and stands in its text, read at one go.
WITH_IT = (
    "portal__message_settings", "user", "contact__account", "booking__status",
    "booking__work_order__account", "booking__work_order__portal", "booking__work_order__asset",
    "booking__work_order__work_order_type", "booking__work_order__incident_type__work_order_type",
)  # fmt: skip
# A mail server that drips one byte a minute does not keep a message for ever.
MAX_RENEWALS = 30


@transaction.atomic
def claim(message_id: int) -> Message | None:
    """The message, leased to the caller, or None when it is not due or somebody else has it.

    The count of attempts goes up here, so that a message that kills its worker shows.
    """
    message = (
        due_messages()
        .select_for_update(skip_locked=True, no_key=True)
        .filter(pk=message_id)
        .first()
    )
    if message is None:
        return None
    message.lease_code = new_code()
    Message.objects.filter(pk=message.pk).update(
        lease_code=message.lease_code,
        lease_until=Now() + LEASE,
        attempt_count=F("attempt_count") + 1,
    )
    message.attempt_count += 1
    return message


def lock_if_held(message_id: int, lease_code: str) -> Message | None:
    """The row, locked for the caller's transaction; None when the lease went to somebody else."""
    return (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*WITH_IT)
        .filter(pk=message_id, lease_code=lease_code)
        .first()
    )


@contextmanager
def kept_alive(message: Message) -> Iterator[None]:
    """Renew the lease from a thread of its own for as long as the block runs, within reason."""
    done = Event()
    thread = Thread(target=_renew, args=(message.pk, message.lease_code, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(message_id: int, lease_code: str, done: Event) -> None:
    for _round in range(MAX_RENEWALS):
        if done.wait(RENEW_EVERY_S):
            return
        try:
            Message.objects.filter(pk=message_id, lease_code=lease_code).update(
                lease_until=Now() + LEASE
            )
        except DatabaseError:
            continue  # the database restarts; there is time for another try
        finally:
            connection.close()
