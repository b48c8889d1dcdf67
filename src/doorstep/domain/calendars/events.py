"""What happens to calendars and the services behind them, as news for those above."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class CalendarServiceFailed(Event):
    """The account as a whole; `code` and `text` are those of the connector's error."""

    account_id: int
    code: str
    text: str
    retry_after_s: float | None
    is_refusal: bool


@dataclass(frozen=True)
class CalendarServiceRecovered(Event):
    """`paused_until` is how long it was to wait when the answer was asked for (ISO 8601), so that
    a success of before does not end a wait that was asked for since."""

    account_id: int
    paused_until: str | None = None


@dataclass(frozen=True)
class CalendarLinkFailed(Event):
    """One technician's calendar cannot be written, and somebody has to do something about it."""

    link_id: int


@dataclass(frozen=True)
class CalendarLinkRecovered(Event):
    link_id: int
