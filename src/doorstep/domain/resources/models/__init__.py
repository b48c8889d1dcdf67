from .calendar import BusinessClosure, DayHours, HoursKind, TimeOff, TimeOffState, WorkHours
from .characteristic import (
    Characteristic,
    CharacteristicKind,
    RatingModel,
    RatingValue,
    ResourceCharacteristic,
)
from .crew import CrewMember
from .resource import BookableResource, Place, ResourceKind

__all__ = [
    "BookableResource",
    "BusinessClosure",
    "Characteristic",
    "CharacteristicKind",
    "CrewMember",
    "DayHours",
    "HoursKind",
    "Place",
    "RatingModel",
    "RatingValue",
    "ResourceCharacteristic",
    "ResourceKind",
    "TimeOff",
    "TimeOffState",
    "WorkHours",
]
