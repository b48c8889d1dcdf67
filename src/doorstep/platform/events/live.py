"""Tell open pages at once that a visit has changed: PostgreSQL carries the news (NOTIFY).

News for machines goes through jobs (`events.publish`) and is never lost; this is for people who
are looking at a page now. Whoever misses it sees the change at the page's next look.
"""

from collections.abc import Iterable

from django.db import connection

CHANNEL = "doorstep_visits"


def announce(booking_ids: Iterable[int]) -> None:
    """Wake the open pages of these visits when the caller's transaction commits."""
    ids = [str(each) for each in booking_ids]
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, id) FROM unnest(%s::text[]) AS id", [CHANNEL, ids])
