"""Who may send a message now: a lease by the database's clock, renewed while its holder sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.db import DatabaseError, connection
from django.db.models import F
from django.db.models.functions import Now

from doorstep.domain.notifications.models import Message
from doorstep.platform.lib.tokens import new_code

from .sweep import due_messages

# A killed worker's message is taken up again this long after its last sign of life.
LEASE = timedelta(seconds=60)
RENEW_EVERY_S = 20.0
# A mail server that drips one byte a minute does not keep a message for ever.
MAX_RENEWALS = 30


def claim(message_id: int) -> Message | None:
    """The message, leased to the caller, or None when it is not due or somebody else has it.

    The count of attempts goes up here, so that a message that kills its worker shows. One
    statement that compares and sets: of two workers the second finds a lease.
    """
    code = new_code()
    is_ours = (
        due_messages()
        .filter(pk=message_id)
        .update(lease_code=code, lease_until=Now() + LEASE, attempt_count=F("attempt_count") + 1)
    )
    return Message.objects.get(pk=message_id) if is_ours else None


def lock_if_held(message_id: int, lease_code: str, *with_it: str) -> Message | None:
    """The row, locked for the caller's transaction, with these relations; None when the lease went
    to somebody else."""
    return (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*with_it)
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
