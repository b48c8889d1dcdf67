from .busy_time import BusyTime
from .feed import CalendarFeed, FeedEvent
from .link import CalendarLink, LinkState
from .settings import CalendarSettings, WhenCanceled, WhenDeleted, WhenEdited
from .synced_event import OPEN_STATES, EventState, SyncedEvent

__all__ = [
    "OPEN_STATES",
    "BusyTime",
    "CalendarFeed",
    "CalendarLink",
    "CalendarSettings",
    "EventState",
    "FeedEvent",
    "LinkState",
    "SyncedEvent",
    "WhenCanceled",
    "WhenDeleted",
    "WhenEdited",
]
