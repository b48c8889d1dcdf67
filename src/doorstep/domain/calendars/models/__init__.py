from .busy_time import BusyTime
from .change_notice import ChangeNotice
from .feed import CalendarFeed, FeedEvent
from .link import AT_WORK, CalendarLink, LinkState
from .settings import CalendarSettings, WhenCanceled, WhenDeleted, WhenEdited
from .synced_event import OPEN_STATES, EventState, SyncedEvent

__all__ = [
    "AT_WORK",
    "OPEN_STATES",
    "BusyTime",
    "CalendarFeed",
    "CalendarLink",
    "CalendarSettings",
    "ChangeNotice",
    "EventState",
    "FeedEvent",
    "LinkState",
    "SyncedEvent",
    "WhenCanceled",
    "WhenDeleted",
    "WhenEdited",
]
