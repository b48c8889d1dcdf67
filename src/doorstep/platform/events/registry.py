"""Which function wants to hear of which event."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True)
class Event:
    """Something that happened. Subclasses are frozen dataclasses named in the past tense, with ids
    and plain values only: they are stored as JSON until a worker hands them to the subscribers."""


E = TypeVar("E", bound=Event)
Subscriber = Callable[[Any], object]

_event_types: dict[str, type[Event]] = {}
_subscribers: dict[type[Event], dict[str, Subscriber]] = defaultdict(dict)


def subscribe(event_type: type[E]) -> Callable[[Callable[[E], object]], Callable[[E], object]]:
    """Let a worker run the decorated function for every published event of this type.

    It runs at least once, after the publishing transaction has committed, and must cope with twice.
    What it raises keeps no other subscriber from running.
    """

    def register(function: Callable[[E], object]) -> Callable[[E], object]:
        _event_types[name_of(event_type)] = event_type
        _subscribers[event_type][f"{function.__module__}.{function.__qualname__}"] = function
        return function

    return register


def name_of(event_type: type[Event]) -> str:
    return f"{event_type.__module__}.{event_type.__qualname__}"


def event_type_named(name: str) -> type[Event]:
    """Raises KeyError for an event nobody subscribes to any more."""
    return _event_types[name]


def subscribers_of(event_type: type[Event]) -> dict[str, Subscriber]:
    return _subscribers.get(event_type, {})


def routes() -> dict[str, list[str]]:
    """Event → subscribers, by name."""
    return {
        name_of(event_type): sorted(found)
        for event_type, found in sorted(_subscribers.items(), key=lambda item: name_of(item[0]))
    }
