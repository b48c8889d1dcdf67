"""What Graph's answers about calendars mean, and what staff can do about them.

Decided by code, whatever the HTTP status: its 403 and 404 mean many things.
"""

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.calendar.base import LONGEST_WAIT_S, EventGone, MailboxRefused
from doorstep.connectors.http import HttpResponse
from doorstep.connectors.microsoft import error_codes, retry_after_s

NO_MAILBOX = (
    "Microsoft 365 knows no mailbox of this address. Correct the address at the technician; it is "
    "the user name or the main address, not an alias of another domain."
)
NO_LICENSE = (
    "The mailbox is not in Exchange Online: it has no license, is on a server of your own, or its "
    "user was deleted. Assign a license with Exchange Online, or give the technician the calendar "
    "feed instead."
)
# Staff have to do something first: trying again by itself makes no sense.
UNUSABLE = {
    "MailboxNotEnabledForRESTAPI": NO_LICENSE,
    "MailboxNotSupportedForRESTAPI": NO_LICENSE,
    "MailboxNotHostedInExchangeOnline": NO_LICENSE,
    "ResourceNotFound": NO_LICENSE,
    "ErrorInvalidUser": NO_MAILBOX,
    "ErrorNonExistentMailbox": NO_MAILBOX,
    "ErrorInvalidMailbox": NO_MAILBOX,
    "Request_ResourceNotFound": NO_MAILBOX,
    "ErrorMailRecipientNotFound": NO_MAILBOX,
}
NO_RIGHT = (
    "The application may not use this mailbox. Give it the role “Application Calendars.ReadWrite” "
    "with a scope that has this mailbox in it (RBAC for Applications); it takes up to two hours to "
    "work. If only some mailboxes are meant, check the management scope."
)
FULL = (
    "The mailbox is full. Let its user delete something or empty Deleted Items, or give it a "
    "larger license or an archive."
)
# These come right by themselves once somebody did something in Microsoft 365.
BLOCKED = {
    "ErrorAccessDenied": NO_RIGHT,
    "AccessDenied": NO_RIGHT,
    "Authorization_RequestDenied": NO_RIGHT,
    "ErrorQuotaExceeded": FULL,
    "ErrorAccountSuspend": "Microsoft has suspended this mailbox; ask your administrator why.",
}
# The last three: the id is of another mailbox or another service, or the calendar is gone.
NOT_THERE = frozenset(
    {
        "ErrorItemNotFound",
        "ErrorInvalidIdMalformed",
        "ErrorInvalidMailboxItemId",
        "ErrorFolderNotFound",
    }
)
THROTTLED = frozenset({"ApplicationThrottled", "TooManyRequests", "ErrorServerBusy"})
BUSY_FOR_NOW = frozenset({"ErrorMailboxMoveInProgress", "ErrorMailboxStoreUnavailable"})
CONFLICTS = frozenset({"ConcurrentItemSave", "ErrorIrresolvableConflict"})
WORTH_REPEATING = frozenset({408, 425})


class Conflict(TemporaryFailure):
    """Somebody saved the event at the same moment, or it is newer than the version we named."""


class AlreadyMade(PermanentFailure):
    """The transaction id was used before, with other content; `remote_id` if Graph told it."""

    def __init__(self, text: str, remote_id: str) -> None:
        super().__init__("ErrorDuplicateTransactionId", text)
        self.remote_id = remote_id


class CannotDelete(PermanentFailure):
    """Seen for events that are deleted already; look before believing it."""


def failure(response: HttpResponse) -> ConnectorError:
    """The error that an answer other than the wanted one stands for."""
    codes = error_codes(response)
    shown = f"({' / '.join(codes)[:200] or f'HTTP {response.status}'}, {request_id(response)})"
    code = codes[0] if codes else f"http_{response.status}"
    for each in codes:
        if each == "ErrorDuplicateTransactionId":
            return AlreadyMade(f"This event was made before. {shown}", _existing_id(response))
        if each in NOT_THERE:
            return EventGone(f"The event is not in the mailbox any more. {shown}")
        if each == "ErrorCannotDeleteObject":
            return CannotDelete(each, f"Outlook would not delete the event. {shown}")
        if each in UNUSABLE:
            return MailboxRefused(each, f"{UNUSABLE[each]} {shown}", heals=False)
        if each in BLOCKED:
            return MailboxRefused(each, f"{BLOCKED[each]} {shown}")
    return _by_status(response, code, codes, shown)


def _by_status(
    response: HttpResponse, code: str, codes: tuple[str, ...], shown: str
) -> ConnectorError:
    status, wait_s = response.status, retry_after_s(response, longest_s=LONGEST_WAIT_S)
    if status == 429 or not THROTTLED.isdisjoint(codes):
        return TemporaryFailure(
            code,
            f"Microsoft asks us to slow down. {shown}",
            retry_after_s=wait_s,
            # Four calls at once are the application's, ten thousand in ten minutes the mailbox's.
            is_for_account="ApplicationThrottled" in codes,
        )
    if status == 401:
        return CredentialsRefused(f"Microsoft does not take our sign-in. {shown}")
    if status in (409, 412) or not CONFLICTS.isdisjoint(codes):
        text = f"The event was saved by somebody else at the same moment. {shown}"
        return Conflict(code, text, retry_after_s=wait_s)
    if status == 507:
        return MailboxRefused(code, f"{FULL} {shown}")
    if status == 403:
        return MailboxRefused(code, f"{NO_RIGHT} {shown}")
    if status == 404:
        text = "Graph found nothing there; check its address in the settings of the account, too."
        return MailboxRefused(code, f"{text} {shown}")
    if status >= 500 or status < 400 or status in WORTH_REPEATING or _is_busy(codes):
        text = f"Microsoft could not answer. {shown}"
        if response.is_repeatable:
            return TemporaryFailure(code, text, retry_after_s=wait_s)
        return UnknownOutcome(code, text, retry_after_s=wait_s)
    return PermanentFailure(code, f"Microsoft refused the event. {shown}")


def request_id(response: HttpResponse) -> str:
    """What Microsoft's support asks for."""
    return f"request-id {response.headers.get('request-id', 'unknown')[:60]}"


def _is_busy(codes: tuple[str, ...]) -> bool:
    return not BUSY_FOR_NOW.isdisjoint(codes)


def _existing_id(response: HttpResponse) -> str:
    answer = response.json()
    found = answer["error"].get("@event.existingEventId")
    return found if isinstance(found, str) else ""
