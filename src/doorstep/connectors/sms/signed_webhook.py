"""Text messages through a gateway of one's own: signed JSON out, signed JSON back.

The contract is written down in docs/reference/connectors-sms.md; `connectors/signatures.py` has
the signature. The gateway keeps the Idempotency-Key, so a text may always be sent again.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from doorstep.connectors import signatures
from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    UnknownOutcome,
    setting,
)
from doorstep.connectors.http import (
    WORTH_REPEATING,
    HttpClient,
    HttpResponse,
    parse_retry_after,
)
from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.webhooks import (
    DeliveryReport,
    InboundText,
    Progress,
    UnreadableWebhook,
    WebhookRequest,
    read_wish,
)

SHORTEST_SECRET = 16
LONGEST_ID = 200
MOST_EVENTS = 500
# With these the gateway says that it will never take this text, even without a code.
REFUSALS = frozenset({400, 413, 422})
_CODE = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True)
class Settings:
    url: str = setting("Address", help="Where texts are posted to.")
    secret: str = setting(
        "Secret", help="At least 16 characters; signs what goes out and comes back.", secret=True
    )
    sender: str = setting("Sender", help="A number or name the gateway may send from.", default="")
    allows_private: bool = setting(
        "The gateway is in our own network",
        help="Allow private addresses, and http without encryption.",
        default=False,
    )


class SignedWebhook:
    """One gateway. Raises InvalidSettings for an address or secret that will not do."""

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
        self._client = client or HttpClient(allow_private=settings.allows_private)
        self._clock = clock

    def send(self, sms: OutgoingSms) -> Receipt:
        """One attempt; any 2xx means that the gateway has it."""
        content: dict[str, object] = {"id": sms.message_id, "to": sms.to, "text": sms.text}
        if self._settings.sender:
            content["sender"] = self._settings.sender
        if sms.valid_for_s is not None:
            content["valid_for_s"] = sms.valid_for_s
        if sms.callback_url:
            content["callback_url"] = sms.callback_url
        body = json.dumps(content).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": sms.message_id}
        response = self._request("POST", body, headers)
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        provider_id = _text_in(response, "id")[:LONGEST_ID]
        return Receipt(provider_id or sms.message_id, "accepted by the gateway")

    def read_webhook(self, request: WebhookRequest) -> tuple[DeliveryReport | InboundText, ...]:
        """One event, or the list of a body {"events": […]}."""
        header = request.headers.get(signatures.HEADER.lower(), "")
        signatures.check_signature(self._settings.secret, header, request.body, self._clock())
        try:
            found = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise UnreadableWebhook("The body is no JSON.") from error
        events = found.get("events", [found]) if isinstance(found, dict) else None
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise UnreadableWebhook("The body has no event, or too many.")
        return tuple(_read_event(event) for event in events)

    def check(self) -> str:
        """A signed GET, which the gateway answers with 2xx."""
        response = self._request("GET", b"", {})
        if not 200 <= response.status < 300:
            raise self._refusal(response)
        return "The gateway answers and accepts our signature."

    def _request(self, method: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
        signature = signatures.sign(self._settings.secret, body, self._clock())
        return self._client.request(
            method,
            self._settings.url,
            content=body or None,
            headers={**headers, signatures.HEADER: signature},
        )

    def _refusal(self, response: HttpResponse) -> ConnectorError:
        status = response.status
        if status in (401, 403):
            return CredentialsRefused("The gateway does not take our signature.")
        if status >= 500 and not response.is_repeatable:
            return UnknownOutcome(f"http_{status}", f"The gateway answered with status {status}.")
        # The gateway may say why in our words; its prose could quote the text.
        code = _text_in(response, "code")
        if status not in WORTH_REPEATING and 400 <= status < 500:
            if _CODE.fullmatch(code):
                return PermanentFailure(code, f"The gateway refused the text: {code}.")
            if status in REFUSALS:
                return PermanentFailure(f"http_{status}", f"The gateway refused: {status}.")
        # Anything else comes from something on the way, or the gateway is busy.
        wait = parse_retry_after(response.headers.get("retry-after"), self._clock())
        text = f"The gateway answered with status {status}."
        return TemporaryFailure(f"http_{status}", text, retry_after_s=wait)


def _check_settings(settings: Settings) -> None:
    if len(settings.secret) < SHORTEST_SECRET:
        raise InvalidSettings(f"secret must have at least {SHORTEST_SECRET} characters")
    try:
        parts = urlsplit(settings.url)
    except ValueError as error:
        raise InvalidSettings("url must be an address of the web") from error
    schemes = ("https", "http") if settings.allows_private else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        raise InvalidSettings("url must begin with https://, or http:// in our own network")


def _text_in(response: HttpResponse, name: str) -> str:
    """A text or number of a JSON answer; empty if it has none, for a body is not required."""
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        return ""
    value = found.get(name) if isinstance(found, dict) else None
    is_id = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if is_id else ""


# --- Events --------------------------------------------------------------------------------


def _read_event(event: Any) -> DeliveryReport | InboundText:
    if not isinstance(event, dict):
        raise UnreadableWebhook("An event is no JSON object.")
    match event.get("type"):
        case "report":
            return DeliveryReport(
                provider_id=_read_text(event, "id"),
                progress=_read_progress(event),
                event_id=_read_text(event, "event_id", ""),
                code=_read_text(event, "code", ""),
                text=_read_text(event, "text", ""),
                at=_read_time(event),
                message_id=_read_text(event, "message_id", ""),
            )
        case "text":
            text = _read_text(event, "text", "")
            return InboundText(
                provider_id=_read_text(event, "id"),
                from_number=_read_text(event, "from"),
                to_number=_read_text(event, "to", ""),
                text=text,
                wish=read_wish(text),
            )
        case _:
            raise UnreadableWebhook("An event is neither a report nor a text.")


def _read_text(event: dict[str, Any], name: str, default: str | None = None) -> str:
    value = event.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise UnreadableWebhook(f"{name} of an event is missing or no text.")
    return value


def _read_progress(event: dict[str, Any]) -> Progress:
    try:
        return Progress(_read_text(event, "status"))
    except ValueError as error:
        raise UnreadableWebhook("The status of a report is none we know.") from error


def _read_time(event: dict[str, Any]) -> datetime | None:
    written = _read_text(event, "at", "")
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise UnreadableWebhook("The time of a report is no time.") from error
    if at.tzinfo is None:
        raise UnreadableWebhook("The time of a report has no zone.")
    return at
