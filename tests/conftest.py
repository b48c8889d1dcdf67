"""No network, a fixed cast, and a fixed today. See tests/factories for the people."""

from datetime import UTC, datetime

import pytest

# Monday 23 November 2026, 09:00 in London: an ordinary winter Monday.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW
