"""The demo company, made once for all tests in this folder and taken back afterwards.

Tests that make one of their own need an empty database: they are in ../seeding.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from doorstep.demo.seed.company import SeedReport, seed_company

LONDON = ZoneInfo("Europe/London")
# A Monday in winter, a quarter to ten: everybody but the late shift is at work.
NOW = datetime(2026, 11, 23, 9, 45, tzinfo=UTC)
TODAY = NOW.date()
FIRST_DAY, LAST_DAY = date(2026, 11, 2), date(2026, 12, 13)


@pytest.fixture(scope="package")
def seeded(django_db_setup: None, django_db_blocker) -> Iterator[SeedReport]:
    with django_db_blocker.unblock(), transaction.atomic():
        report = seed_company(now=NOW)
        # Autovacuum does not see the rows: without this the planner takes them for none. Our own
        # tables only: those that all databases share would stay locked for other workers.
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(connection.introspection.table_names())}")
        yield report
        transaction.set_rollback(True)


@pytest.fixture
def demo(seeded: SeedReport, db: None) -> SeedReport:
    """The company at NOW; what a test changes is undone after it."""
    return seeded
