"""Who may write to a calendar now: a lease by the database's clock, one for the whole calendar.

Two writers of one calendar could overtake each other; and the limits of the services count per
mailbox and per application.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from doorstep.platform.lib.tokens import new_code

from ..models import CalendarLink

# Longer than the longest single call (a minute, connectors/http.py) and what is around it; renewed
# with every recorded result. A killed worker's calendar is taken up again this long after.
LEASE = timedelta(seconds=120)


class LeaseLost(Exception):
    """Somebody else writes to the calendar by now; what we know of it may be out of date."""


@dataclass(frozen=True, slots=True)
class Lease:
    link_id: int
    code: str


def claim(link_id: int) -> Lease | None:
    """The calendar, leased to the caller; None when it is not due or somebody else has it."""
    return _claim(
        link_id,
        """AND (due_at <= statement_timestamp()
                OR EXISTS (SELECT FROM calendars_changenotice WHERE link_id = link.id))
        """,
    )


def claim_now(link_id: int) -> Lease | None:
    """Likewise, due or not: somebody asked for it by hand."""
    return _claim(link_id, "")


def _claim(link_id: int, condition: str) -> Lease | None:
    """The notices go before anything is looked at: what they told of is committed, and what comes
    later leaves a notice of its own. The calendar stays due until it is given back.

    Two statements, each by itself: who deletes the calendar locks its notices first.
    """
    code = new_code()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE calendars_calendarlink link
               SET lease_code = %(code)s,
                   lease_until = statement_timestamp() + make_interval(secs => %(lease_s)s),
                   due_at = least(due_at, statement_timestamp())
             WHERE id = %(id)s
               AND (lease_until IS NULL OR lease_until <= statement_timestamp())
               {condition}
            """,  # noqa: S608 (one of the two constants above)
            {"code": code, "lease_s": LEASE.total_seconds(), "id": link_id},
        )
        if not cursor.rowcount:
            return None
        cursor.execute("DELETE FROM calendars_changenotice WHERE link_id = %s", [link_id])
    return Lease(link_id, code)


def renew(lease: Lease) -> None:
    """Raises LeaseLost. In a transaction it also keeps others from claiming until its end, and
    comes last there, after the events, as with all who lock both."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE calendars_calendarlink
               SET lease_until = statement_timestamp() + make_interval(secs => %s)
             WHERE id = %s AND lease_code = %s
            """,
            [LEASE.total_seconds(), lease.link_id, lease.code],
        )
        if not cursor.rowcount:
            raise LeaseLost


def release(lease: Lease, *, next_in: timedelta) -> None:
    """Give it back; a visit that has changed since it was claimed has left a notice."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE calendars_calendarlink
               SET lease_code = '', lease_until = NULL,
                   due_at = statement_timestamp() + make_interval(secs => %s)
             WHERE id = %s AND lease_code = %s
            """,
            [next_in.total_seconds(), lease.link_id, lease.code],
        )


def leased_link(lease: Lease) -> CalendarLink:
    """Raises LeaseLost."""
    link = (
        CalendarLink.objects.select_related("account", "resource__user")
        .filter(pk=lease.link_id, lease_code=lease.code)
        .first()
    )
    if link is None:
        raise LeaseLost
    return link
