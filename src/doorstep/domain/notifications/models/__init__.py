from .consent import Consent, ConsentScope, ConsentSource
from .message import Attempt, Channel, Message, MessageState, Outcome
from .message_settings import MessageSettings, SendTo
from .message_text import MessageText
from .report import ProviderReport
from .staff_task import StaffTask, TaskKind

__all__ = [
    "Attempt",
    "Channel",
    "Consent",
    "ConsentScope",
    "ConsentSource",
    "Message",
    "MessageSettings",
    "MessageState",
    "MessageText",
    "Outcome",
    "ProviderReport",
    "SendTo",
    "StaffTask",
    "TaskKind",
]
