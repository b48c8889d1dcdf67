"""Requests that Twilio makes to us: proof that they are Twilio's, and what they say.

Sources: Twilio's "Webhooks security" and "Track outbound message status". The signature has no
time in it: a request may be played again, so an effect must depend on its id.
"""

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1, sha256
from urllib.parse import parse_qs, parse_qsl, urlsplit

from doorstep.connectors.sms.twilio_codes import reason_for
from doorstep.connectors.webhooks import (
    DeliveryReport,
    ForgedWebhook,
    InboundText,
    Progress,
    UnreadableWebhook,
    WebhookRequest,
    Wish,
    read_wish,
)

# "sending" has not left Twilio; "read" is more than delivered, but nobody here asks for more.
PROGRESS = {
    "accepted": Progress.QUEUED,
    "scheduled": Progress.QUEUED,
    "queued": Progress.QUEUED,
    "sending": Progress.QUEUED,
    "sent": Progress.SENT,
    "partially_delivered": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "read": Progress.DELIVERED,
    "undelivered": Progress.FAILED,
    "failed": Progress.FAILED,
    "canceled": Progress.FAILED,
}
MOST_FIELDS = 200
_PORTS = {"http": "80", "https": "443"}
Fields = dict[str, str]


def read_webhook(
    request: WebhookRequest, *, account_sid: str, auth_token: str
) -> tuple[DeliveryReport | InboundText, ...]:
    """One report or one text. Raises ForgedWebhook, also for another account's, or Unreadable."""
    fields = _signed_fields(request, auth_token)
    if fields.get("AccountSid") != account_sid:
        raise ForgedWebhook("The request is about another Twilio account.")
    status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
    if "Body" in fields and status in ("", "received", "receiving"):
        return (_inbound(fields),)
    token = request.headers.get("i-twilio-idempotency-token", "")
    return (report(_field(fields, "MessageSid"), status, fields.get("ErrorCode", ""), token),)


def report(sid: str, status: str, error_number: str, event_id: str = "") -> DeliveryReport:
    """A report by Twilio's words; UnreadableWebhook if the status is none we know."""
    if status not in PROGRESS:
        raise UnreadableWebhook(f"Twilio reports the unknown status {status[:40]!r}.")
    code, text = "", ""
    if error_number.isascii() and error_number.isdigit() and int(error_number[:6]):
        reason = reason_for(int(error_number[:6]))
        code, text = reason.code, f"{reason.text} ({error_number[:6]})"
    elif status == "canceled":
        code, text = "canceled", "The text was canceled at Twilio."
    return DeliveryReport(
        provider_id=sid,
        progress=PROGRESS[status],
        event_id=event_id or f"{sid}:{status}",
        code=code,
        text=text,
    )


def _inbound(fields: Fields) -> InboundText:
    text = fields["Body"]
    wish = read_wish(text)
    match fields.get("OptOutType", "").upper():
        # Twilio has already stopped; what the customer meant by CANCEL is still to be asked.
        case "STOP":
            wish = Wish.CANCEL if wish == Wish.CANCEL else Wish.STOP
        case "START":
            wish = Wish.START
        case "HELP":
            wish = Wish.HELP
    return InboundText(
        provider_id=_field(fields, "MessageSid"),
        from_number=_field(fields, "From"),
        to_number=_field(fields, "To"),
        text=text,
        wish=wish,
    )


def _field(fields: Fields, name: str) -> str:
    if not fields.get(name):
        raise UnreadableWebhook(f"Twilio's request has no {name}.")
    return fields[name]


# --- Proof ---------------------------------------------------------------------------------


def signature(auth_token: str, url: str, fields: Mapping[str, list[str]]) -> str:
    """HMAC-SHA1 over the address and the form, names in order; a repeated value counts once."""
    parts = [url]
    for name in sorted(fields):
        parts += [name + value for value in sorted(set(fields[name]))]
    digest = hmac.new(auth_token.encode(), "".join(parts).encode(), sha1).digest()
    return b64encode(digest).decode()


def _signed_fields(request: WebhookRequest, auth_token: str) -> Fields:
    body_digest = parse_qs(urlsplit(request.url).query).get("bodySHA256")
    form: dict[str, list[str]] = {}
    if not body_digest:
        form = _read_form(request.body)
    given = request.headers.get("x-twilio-signature", "").encode()
    expected = [signature(auth_token, url, form).encode() for url in _spellings(request.url)]
    if not any(hmac.compare_digest(one, given) for one in expected):
        raise ForgedWebhook("Twilio's signature is missing or does not match.")
    if not body_digest:
        return {name: values[-1] for name, values in form.items()}
    found = sha256(request.body).hexdigest()
    if not hmac.compare_digest(found.encode(), body_digest[-1].lower().encode()):
        raise ForgedWebhook("The body is not the one that was signed.")
    return _read_json(request.body)


def _spellings(url: str) -> set[str]:
    """The address as it is, without its port, and with the port that goes without saying."""
    match = re.fullmatch(r"(https?)://([^/?#]*?)(?::(\d+))?([/?#].*)?", url, re.DOTALL)
    if not match:
        return {url}
    scheme, host, port, rest = match.groups(default="")
    default = port or _PORTS[scheme]
    return {url, f"{scheme}://{host}{rest}", f"{scheme}://{host}:{default}{rest}"}


def _read_form(body: bytes) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise ForgedWebhook("The body is no form.") from error
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _read_json(body: bytes) -> Fields:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook("The body is no JSON.") from error
    if not isinstance(found, dict):
        raise UnreadableWebhook("The body is no JSON object.")
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int)}
