"""Instants as the engine counts them: whole seconds since 1970 in UTC."""

from datetime import UTC, datetime


def second(instant: datetime) -> int:
    """What is less than a second is dropped."""
    return int(instant.timestamp())


def instant(seconds: int) -> datetime:
    """An aware instant."""
    return datetime.fromtimestamp(seconds, UTC)
