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
    account_id: int
