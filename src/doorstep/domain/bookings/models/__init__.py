from .assignment import Assignment
from .block import BlockKind, ResourceBlock
from .booking import Booking, BookingMethod, BookingNote
from .hold import Hold
from .request_key import RequestKey
from .status import BookingStatus, ParentStatus, StatusTimestamp

__all__ = [
    "Assignment",
    "BlockKind",
    "Booking",
    "BookingMethod",
    "BookingNote",
    "BookingStatus",
    "Hold",
    "ParentStatus",
    "RequestKey",
    "ResourceBlock",
    "StatusTimestamp",
]
