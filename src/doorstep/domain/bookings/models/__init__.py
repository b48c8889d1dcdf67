from .assignment import Assignment
from .block import BlockKind, ResourceBlock
from .booking import Booking, BookingMethod, BookingNote
from .booking_code import BY_HAND, BookingCode
from .hold import Hold
from .journal import JournalEntry, JournalKind
from .on_site import BookingPhoto, BookingSignature, ChecklistAnswer
from .planning_change import PlanningChange, PlanningSubject
from .replanned_day import ReplannedDay
from .request_key import RequestKey
from .status import BookingStatus, ParentStatus, StatusTimestamp

__all__ = [
    "BY_HAND",
    "Assignment",
    "BlockKind",
    "Booking",
    "BookingCode",
    "BookingMethod",
    "BookingNote",
    "BookingPhoto",
    "BookingSignature",
    "BookingStatus",
    "ChecklistAnswer",
    "Hold",
    "JournalEntry",
    "JournalKind",
    "ParentStatus",
    "PlanningChange",
    "PlanningSubject",
    "ReplannedDay",
    "RequestKey",
    "ResourceBlock",
    "StatusTimestamp",
]
