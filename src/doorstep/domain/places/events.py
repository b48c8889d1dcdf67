"""What happens to the services that are asked, as news for those above."""

from dataclasses import dataclass

from doorstep.platform.events.registry import Event


@dataclass(frozen=True)
class TrafficServiceFailed(Event):
    """`code` and `text` are those of the connector's error; `is_refusal` means its key."""

    account_id: int
    code: str
    text: str
    retry_after_s: float | None
    is_refusal: bool


@dataclass(frozen=True)
class TrafficServiceRecovered(Event):
    """`paused_until` is how long it was to wait when the answer was asked for (ISO 8601), so that
    a success of before does not end a wait that was asked for since."""

    account_id: int
    paused_until: str | None = None
