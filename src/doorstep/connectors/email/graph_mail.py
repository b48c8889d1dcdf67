"""Send mail from a Microsoft 365 mailbox through Graph (sendMail).

The mail travels as MIME, because only so our Message-ID and List-Unsubscribe survive: in Graph's
JSON only headers that begin with x- may be set. Graph answers 202 and no id, so the mail is found
again in Sent Items by its Message-ID, or by a header of our own in case Exchange replaced that.
"""

from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime
from threading import BoundedSemaphore
from urllib.parse import quote

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    UnknownOutcome,
    setting,
)
from doorstep.connectors.email.base import OutgoingEmail
from doorstep.connectors.email.mime import mime_bytes, with_sender
from doorstep.connectors.http import HttpClient, HttpResponse
from doorstep.connectors.microsoft import Application, Tokens, error_codes, retry_after_s

# Microsoft refuses the fifth call of an application that is under way at the same time.
MOST_AT_ONCE = 4
# Exchange keeps headers it does not know as named properties of this set, in lower case.
OUR_HEADER = "x-doorstep-message"
OUR_PROPERTY = f"String {{00020386-0000-0000-c000-000000000046}} Name {OUR_HEADER}"

# What an error code means, whatever the HTTP status: Graph's 403 and 404 mean many things.
ABOUT_OUR_ACCOUNT = {
    "InvalidAuthenticationToken": "Microsoft does not take our sign-in.",
    "ErrorAccessDenied": "The application may not use this mailbox.",
    "AccessDenied": "The application may not use this mailbox.",
    "Authorization_RequestDenied": "The application lacks a right, or consent to it.",
    "ErrorSendAsDenied": "The mailbox may not send under this address.",
    "MailboxNotEnabledForRESTAPI": "The mailbox is not in Exchange Online or has no license.",
    "MailboxNotSupportedForRESTAPI": "The mailbox is of a kind that cannot be used.",
    "MailboxNotHostedInExchangeOnline": "The mailbox is not in Exchange Online.",
    "ErrorInvalidUser": "There is no such mailbox.",
    "ErrorNonExistentMailbox": "There is no such mailbox.",
    "Request_ResourceNotFound": "There is no such mailbox.",
    "ErrorAccountSuspend": "Microsoft has suspended the mailbox.",
    "ErrorQuotaExceeded": "The mailbox is full.",
}
REFUSED_FOR_NOW = frozenset(
    {
        "ApplicationThrottled",
        "TooManyRequests",
        "ErrorServerBusy",
        "ErrorMailboxMoveInProgress",
        "ErrorExceededMessageLimit",
        "ErrorMessageSubmissionBlocked",
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    tenant_id: str = setting("Tenant", help="Directory (tenant) id, or the tenant's domain.")
    client_id: str = setting("Application", help="Application (client) id.")
    client_secret: str = setting("Client secret", help="The secret's value.", secret=True)
    mailbox: str = setting("Mailbox", help="The address that sends, such as visits@example.com.")
    base_url: str = setting(
        "Graph address",
        help="Other in national clouds.",
        default="https://graph.microsoft.com/v1.0",
    )
    authority_url: str = setting(
        "Sign-in address",
        help="Other in national clouds.",
        default="https://login.microsoftonline.com",
    )


class GraphMail:
    """One mailbox, used by an application of its own right."""

    settings_class = Settings

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        self._settings = settings
        self._client = client or HttpClient()
        application = Application(
            tenant_id=settings.tenant_id,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            authority_url=settings.authority_url,
            base_url=settings.base_url,
        )
        self._tokens = Tokens(application, self._client)
        self._places = BoundedSemaphore(MOST_AT_ONCE)

    def send(self, email: OutgoingEmail) -> Receipt:
        """One attempt. After an UnknownOutcome, `find` tells what became of it."""
        email = with_sender(email, self._settings.mailbox)
        marked = {**email.headers, OUR_HEADER: email.message_id}
        content = b64encode(mime_bytes(replace(email, headers=marked)))
        response = self._request("POST", "sendMail", content=content)
        if response.status != 202:
            raise _failure(response)
        return Receipt(email.message_id, detail=_request_id(response))

    def find(self, email: OutgoingEmail, since: datetime) -> Receipt | None:  # noqa: ARG002
        """Look into Sent Items, where a mail shows some seconds after it was taken over.

        `since` does not narrow the look: a mail with this Message-ID is the mail, whenever it left.
        """
        wanted = email.message_id.replace("'", "''")
        for condition in (
            f"internetMessageId eq '<{wanted}>'",
            f"singleValueExtendedProperties/Any(ep: ep/id eq '{OUR_PROPERTY}' "
            f"and ep/value eq '{wanted}')",
        ):
            found = self._sent_items({"$filter": condition, "$select": "id", "$top": "1"})
            if found:
                return Receipt(email.message_id, detail="found in Sent Items")
        return None

    def check(self) -> str:
        """Sign in and look into Sent Items; the right to send shows with the first mail only."""
        self._sent_items({"$select": "id", "$top": "1"})
        return f"Signed in; the mailbox {self._settings.mailbox} can be read."

    def _sent_items(self, params: dict[str, str]) -> list[object]:
        response = self._request("GET", "mailFolders/sentitems/messages", params=params)
        if response.status != 200:
            raise _failure(response)
        answer = response.json()
        items = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise TemporaryFailure("bad_answer", "Graph's answer is not what was asked for.")
        return items

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> HttpResponse:
        """The answer; with a new token once, when the old one is refused."""
        mailbox = quote(self._settings.mailbox, safe="@")
        url = f"{self._settings.base_url.rstrip('/')}/users/{mailbox}/{path}"
        for is_last in (False, True):
            token = self._tokens.get()
            headers = {"Authorization": f"Bearer {token}"}
            if content is not None:
                headers["Content-Type"] = "text/plain"
            with self._places:
                response = self._client.request(
                    method, url, params=params, content=content, headers=headers
                )
            if response.status != 401 or is_last:
                return response
            self._tokens.forget(token)
        raise AssertionError("the loop returns")


def _failure(response: HttpResponse) -> ConnectorError:
    codes = error_codes(response)
    shown = f"{' / '.join(codes) or 'no code'}, {_request_id(response)}"
    for code in codes:
        if code in ABOUT_OUR_ACCOUNT:
            return CredentialsRefused(f"{ABOUT_OUR_ACCOUNT[code]} ({shown})")
    code = codes[0] if codes else f"http_{response.status}"
    if response.status == 429 or REFUSED_FOR_NOW.intersection(codes):
        return TemporaryFailure(code, f"Throttled: {shown}", retry_after_s=retry_after_s(response))
    if response.status == 401:
        return CredentialsRefused(f"Microsoft does not take our sign-in. ({shown})")
    if response.status >= 500 or response.status < 400:
        # Graph answers so after it has sent, too.
        text = f"Graph answered with HTTP status {response.status}: {shown}"
        if response.is_repeatable:
            return TemporaryFailure(code, text, retry_after_s=retry_after_s(response))
        return UnknownOutcome(code, text)
    return PermanentFailure(code, f"Graph refused the mail: {shown}")


def _request_id(response: HttpResponse) -> str:
    """What Microsoft's support asks for."""
    return f"request-id {response.headers.get('request-id', 'unknown')[:60]}"
