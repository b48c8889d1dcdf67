"""Who may send a message now: a lease by the database's clock, renewed while its holder sends."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread

from django.db import DatabaseError, connection
from django.db.models.functions import Now

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.domain.notifications.models import Message
from doorstep.domain.notifications.models.message import WAITING
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.lib.db import DatabaseClock, require_transaction
from doorstep.platform.lib.rows import joined_as, run_together, select_joined
from doorstep.platform.lib.tokens import new_code

# A killed worker's message is taken up again this long after its last sign of life.
LEASE = timedelta(seconds=60)
RENEW_EVERY_S = 20.0
# A mail server that drips one byte a minute does not keep a message for ever.
MAX_RENEWALS = 30

_ABOUT_VISIT = (
    (Booking, "booking"),
    (WorkOrder, "work_order"),
    (Account, "account"),
    (CustomerAsset, "asset"),
)
_OF_VISIT = """
  FROM bookings_booking AS booking
  JOIN work_workorder AS work_order ON work_order.id = booking.work_order_id
  JOIN customers_account AS account ON account.id = work_order.account_id
  LEFT JOIN customers_customerasset AS asset ON asset.id = work_order.asset_id
 WHERE booking.id = %s
   FOR NO KEY UPDATE OF booking
"""
_ABOUT_MESSAGE = ((Message, "message"), (Contact, "contact"), (Account, "account"))
_OF_MESSAGE = """
  FROM notifications_message AS message
  LEFT JOIN customers_contact AS contact ON contact.id = message.contact_id
  LEFT JOIN customers_account AS account ON account.id = contact.account_id
 WHERE message.id = %s AND message.lease_code = %s
   FOR NO KEY UPDATE OF message
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """A message that nobody else may send; `code` proves it as long as it lasts."""

    message_id: int
    code: str
    booking_id: int | None


def claim(message_id: int) -> Lease | None:
    """The message, leased to the caller, or None when it is not due or somebody else has it.

    The count of attempts goes up here, so that a message that kills its worker shows. One
    statement that compares and sets: of two workers the second finds a lease.
    """
    code = new_code()
    # What is due here is what `sweep.due_messages` finds.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE notifications_message
               SET lease_code = %(code)s,
                   lease_until = statement_timestamp() + make_interval(secs => %(lease_s)s),
                   attempt_count = attempt_count + 1
             WHERE id = %(id)s
               AND state = ANY(%(waiting)s)
               AND due_at <= statement_timestamp()
               AND (lease_until IS NULL OR lease_until <= statement_timestamp())
            RETURNING booking_id
            """,
            {
                "code": code,
                "lease_s": LEASE.total_seconds(),
                "id": message_id,
                "waiting": [*WAITING],
            },
        )
        row = cursor.fetchone()
    return Lease(message_id, code, row[0]) if row else None


def lock_visit_and_message(lease: Lease) -> tuple[Booking | None, Message, datetime] | None:
    """Both rows, locked for the caller's transaction, with the order, its account and asset, the
    contact and her account, and the database's clock beside them; None when the lease went to
    somebody else.

    The visit first, as those do who decide what is told of it: what is told now, they then see.
    """
    require_transaction()
    visits, messages, ((at,),) = run_together(
        (select_joined(_ABOUT_VISIT, _OF_VISIT), [lease.booking_id]),
        (select_joined(_ABOUT_MESSAGE, _OF_MESSAGE), [lease.message_id, lease.code]),
        ("SELECT clock_timestamp()", None),
    )
    if not messages:
        return None
    message, contact, account = joined_as(_ABOUT_MESSAGE, messages[0])
    message.contact = contact
    if contact is not None:
        contact.account = account
    booking = None
    if visits:
        booking, order, order.account, order.asset = joined_as(_ABOUT_VISIT, visits[0])
        booking.work_order = order
    message.booking = booking
    return booking, message, at.astimezone(UTC)


def lock_if_held(lease: Lease) -> tuple[Message, datetime] | None:
    """The row, locked for the caller's transaction, and the database's clock beside it; None when
    the lease went to somebody else."""
    rows = Message.objects.select_for_update(of=("self",), no_key=True).annotate(at=DatabaseClock())
    try:
        message = rows.get(pk=lease.message_id, lease_code=lease.code)
    except Message.DoesNotExist:
        return None
    return message, message.at


class Renewer:
    """Renews the leases that a process holds, all from one thread, which ends when there are none.

    A thread for each would be most of what a message costs the worker besides its queries.
    """

    def __init__(self, *, every_s: float = RENEW_EVERY_S) -> None:
        self._every_s = every_s
        self._lock = Lock()
        self._left: dict[Lease, int] = {}
        self._is_running = False

    @contextmanager
    def holding(self, lease: Lease) -> Iterator[None]:
        """Keep the lease for as long as the block runs, within reason."""
        with self._lock:
            self._left[lease] = MAX_RENEWALS
            if not self._is_running:
                self._is_running = True
                Thread(target=self._run, daemon=True, name="leases").start()
        try:
            yield
        finally:
            with self._lock:
                self._left.pop(lease, None)

    def _run(self) -> None:
        while True:
            time.sleep(self._every_s)
            with self._lock:
                if not self._left:
                    self._is_running = False
                    return
                leases = [lease for lease, left in self._left.items() if left > 0]
                self._left = {lease: left - 1 for lease, left in self._left.items()}
            _renew(leases)


def _renew(leases: list[Lease]) -> None:
    try:
        Message.objects.filter(
            pk__in=[lease.message_id for lease in leases],
            lease_code__in=[lease.code for lease in leases],
        ).update(lease_until=Now() + LEASE)
    except DatabaseError as error:
        # It restarts; there is time for another try.
        log.warning("leases of %d messages could not be renewed: %s", len(leases), error)
    finally:
        connection.close()


RENEWER = Renewer()
