"""Text messages through Twilio (REST API 2010-04-01). No library: five requests.

Twilio knows no idempotency key. After an UnknownOutcome ask `find` before sending again. A link
in a text is found again only as we wrote it: leave Twilio's link shortening off.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from doorstep.connectors.base import (
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    UnknownOutcome,
    setting,
)
from doorstep.connectors.http import HttpClient, HttpResponse
from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.sms.twilio_codes import refusal
from doorstep.connectors.sms.twilio_webhooks import read_webhook, report
from doorstep.connectors.webhooks import (
    DeliveryReport,
    InboundText,
    UnreadableWebhook,
    WebhookRequest,
)

LONGEST_VALIDITY_S = 36_000
PAGE_SIZE, MOST_PAGES = 100, 5
CLOCKS_APART = timedelta(minutes=1)
_THIS_MACHINE = "127.0.0.1"
_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
_MESSAGE_SID = re.compile(r"[SM]M[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Settings:
    account_sid: str = setting("Account SID", help="AC and 32 digits.")
    auth_token: str = setting(
        "Auth token", help="Also proves that reports come from Twilio.", secret=True
    )
    from_number: str = setting(
        "Sender", help="A number of yours at Twilio, such as +15551234567.", default=""
    )
    messaging_service_sid: str = setting(
        "Messaging Service SID",
        help="Begins with MG. The service chooses the sender; the one above is then not used.",
        default="",
    )
    api_key: str = setting(
        "API key SID", help="Begins with SK. Signs in instead of the auth token.", default=""
    )
    api_secret: str = setting("API key secret", secret=True, default="")
    base_url: str = setting(
        "Address",
        help="Other than api.twilio.com for an account in another region.",
        default="https://api.twilio.com",
    )


class Twilio:
    """One account and sender. Raises InvalidSettings when the settings do not fit together."""

    settings_class = Settings

    def __init__(
        self,
        settings: Settings,
        *,
        client: HttpClient | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        _check_settings(settings)
        self._settings = settings
        self._base = settings.base_url.rstrip("/")
        self._folder = f"/2010-04-01/Accounts/{settings.account_sid}"
        is_here = urlsplit(self._base).hostname == _THIS_MACHINE
        self._client = client or HttpClient(allow_private=is_here)
        self._clock = clock
        self._main = (settings.account_sid, settings.auth_token)
        self._auth = (settings.api_key, settings.api_secret) if settings.api_key else self._main

    def send(self, sms: OutgoingSms) -> Receipt:
        """One attempt. UnknownOutcome when Twilio may have taken the text over."""
        form = {"To": sms.to, "Body": sms.text, **self._sender()}
        if sms.valid_for_s is not None:
            form["ValidityPeriod"] = str(min(max(sms.valid_for_s, 1), LONGEST_VALIDITY_S))
        is_reported = _takes_callback(sms.callback_url)
        if is_reported:
            form["StatusCallback"] = sms.callback_url
        response = self._client.request(
            "POST", f"{self._base}{self._folder}/Messages.json", form=form, auth=self._auth
        )
        if not 200 <= response.status < 300:
            raise refusal(response, self._clock())
        answer = response.json()
        sid = answer.get("sid") if isinstance(answer, dict) else None
        if not isinstance(sid, str) or not _MESSAGE_SID.fullmatch(sid):
            raise UnknownOutcome("bad_answer", "Twilio's answer names no message.")
        detail = str(answer.get("status", ""))[:20]
        return Receipt(sid, detail if is_reported else f"{detail}, will not be reported")

    def find(self, sms: OutgoingSms, since: datetime) -> Receipt | None:
        """The text with this marker (without one: with these words) sent to this number.

        What waits in Twilio's queue has no date of sending yet, so that the filter may pass it
        over; the newest texts are looked through as well, whatever their date.
        """
        day = since.astimezone(UTC).date().isoformat()
        dated = {"To": sms.to, "DateSent>": day, "PageSize": str(PAGE_SIZE)}
        newest = {"To": sms.to, "PageSize": str(PAGE_SIZE)}
        for params, most_pages in ((dated, MOST_PAGES), (newest, 1)):
            for message in self._messages(params, most_pages):
                if _is_that(message, sms, since):
                    return Receipt(message["sid"], "found at Twilio")
        return None

    def state_of(self, provider_id: str) -> DeliveryReport:
        """What Twilio says of a text now; PermanentFailure if it has never heard of it."""
        if not _MESSAGE_SID.fullmatch(provider_id):
            raise PermanentFailure("unknown_message", "This is no message of Twilio's.")
        response = self._get(f"{self._folder}/Messages/{provider_id}.json", self._auth)
        if response.status == 404:
            raise PermanentFailure("unknown_message", "Twilio does not know this message.")
        message = self._object(response)
        number = message.get("error_code")
        try:
            return report(provider_id, str(message.get("status")), str(number or ""))
        except UnreadableWebhook as error:
            raise TemporaryFailure("bad_answer", str(error)) from error

    def read_webhook(self, request: WebhookRequest) -> tuple[DeliveryReport | InboundText, ...]:
        return read_webhook(
            request,
            account_sid=self._settings.account_sid,
            auth_token=self._settings.auth_token,
        )

    def check(self) -> str:
        """Signs in with the token, and with the API key if there is one."""
        account = self._object(self._get(f"{self._folder}.json", self._main))
        status = account.get("status")
        if status != "active":
            raise CredentialsRefused(f"The Twilio account is {str(status)[:20]}.")
        if self._settings.api_key:
            self._object(self._get(f"{self._folder}/Messages.json", self._auth, {"PageSize": "1"}))
        sender = self._settings.messaging_service_sid or self._settings.from_number
        name = str(account.get("friendly_name", ""))[:80]
        trial = " It is a trial: it sends to verified numbers only."
        is_trial = account.get("type") == "Trial"
        return f"Twilio knows the account “{name}”; texts come from {sender}." + trial * is_trial

    # --- Requests --------------------------------------------------------------------------

    def _sender(self) -> dict[str, str]:
        if self._settings.messaging_service_sid:
            return {"MessagingServiceSid": self._settings.messaging_service_sid}
        return {"From": self._settings.from_number}

    def _messages(self, params: Mapping[str, str], most_pages: int) -> Iterator[dict[str, Any]]:
        path, query = f"{self._folder}/Messages.json", dict(params)
        for _page in range(most_pages):
            page = self._object(self._get(path, self._auth, query))
            messages = page.get("messages")
            if not isinstance(messages, list):
                raise TemporaryFailure("bad_answer", "Twilio's list has no messages.")
            yield from (message for message in messages if isinstance(message, dict))
            following = page.get("next_page_uri")
            if not following:
                return
            # The next page is on the same server, in the same account; nowhere else do we sign in.
            if not str(following).startswith(f"{self._folder}/Messages.json?"):
                raise TemporaryFailure("bad_answer", "Twilio's list leads elsewhere.")
            path, query = str(following), {}
        if most_pages > 1:
            # Not to have seen the text here would be no proof that it is not there.
            raise TemporaryFailure("too_many_messages", "Too many texts to look through.")

    def _get(
        self, path: str, auth: tuple[str, str], params: Mapping[str, str] | None = None
    ) -> HttpResponse:
        # An empty mapping would wipe out the query of the address.
        return self._client.request("GET", f"{self._base}{path}", params=params or None, auth=auth)

    def _object(self, response: HttpResponse) -> dict[str, Any]:
        if response.status != 200:
            raise refusal(response, self._clock())
        found = response.json()
        if not isinstance(found, dict):
            raise TemporaryFailure("bad_answer", "Twilio's answer is no object.")
        return found


def _check_settings(settings: Settings) -> None:
    if not _ACCOUNT_SID.fullmatch(settings.account_sid):
        raise InvalidSettings("account_sid must be AC and 32 digits from 0 to f")
    if not settings.from_number and not settings.messaging_service_sid:
        raise InvalidSettings("from_number or messaging_service_sid is required")
    if bool(settings.api_key) != bool(settings.api_secret):
        raise InvalidSettings("api_key and api_secret go together")
    try:
        parts = urlsplit(settings.base_url)
        is_safe = parts.scheme == "https" or (parts.scheme, parts.hostname) == (
            "http",
            _THIS_MACHINE,
        )
        is_bare = parts.path in ("", "/") and not parts.query and not parts.username
    except ValueError:
        is_safe = is_bare = False
    if not (is_safe and is_bare and parts.hostname):
        raise InvalidSettings("base_url must be the https address of a server")


def _takes_callback(url: str) -> bool:
    """Twilio refuses the whole text if the host of its callback is not one it can reach."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in host and "_" not in host


def _is_that(message: Mapping[str, Any], sms: OutgoingSms, since: datetime) -> bool:
    sid, body = message.get("sid"), message.get("body")
    if not (isinstance(sid, str) and _MESSAGE_SID.fullmatch(sid) and isinstance(body, str)):
        return False
    if not str(message.get("direction")).startswith("outbound"):
        return False
    if sms.marker:
        return sms.marker in body
    # Twilio may trim; and without a marker the same words may have gone out before.
    if " ".join(sms.text.split()) not in " ".join(body.split()):
        return False
    try:
        created_at = parsedate_to_datetime(str(message.get("date_created")))
    except (ValueError, TypeError):
        return True
    return created_at >= since - CLOCKS_APART
