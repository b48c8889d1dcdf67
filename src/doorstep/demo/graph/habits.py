"""Where Exchange was seen to behave in more than one way, and how it refuses whole mailboxes."""

from dataclasses import dataclass


@dataclass(slots=True)
class Habits:
    """Where Exchange was seen to behave in more than one way.

    `largest_page` goes before what $top asks for. `duplicate_status` and `names_existing_event`:
    how a transaction id is refused that was used for other content. `keeps_transaction_ids`: they
    outlive the deletion of their event.
    """

    duplicate_status: int = 409
    names_existing_event: bool = True
    keeps_transaction_ids: bool = True
    most_schedule_items: int = 1000
    largest_page: int = 1000


# A mailbox whose calls are refused, and how: status, code, message.
NO_LICENSE = (404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive or on-premise.")
NO_MAILBOX = (404, "ErrorInvalidUser", "The requested user is invalid.")
NO_USER = (404, "Request_ResourceNotFound", "Resource does not exist.")
NO_RIGHT = (403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
FULL = (507, "ErrorQuotaExceeded", "The mailbox quota has been exceeded.")
