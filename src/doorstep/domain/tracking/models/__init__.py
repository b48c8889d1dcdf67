"""Where technicians are while they travel to a visit, and when they will arrive."""

from .delay import Delay, DelayAnswer
from .estimate import ArrivalEstimate
from .session import Position, PositionSource, SharingSession
from .settings import TrackingSettings
from .tracker import PositionKey, Tracker

__all__ = [
    "ArrivalEstimate",
    "Delay",
    "DelayAnswer",
    "Position",
    "PositionKey",
    "PositionSource",
    "SharingSession",
    "Tracker",
    "TrackingSettings",
]
