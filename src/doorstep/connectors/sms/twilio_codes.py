"""What Twilio's error numbers mean for us. Source: Twilio's error and warning dictionary.

The texts are ours: Twilio's own may quote a number or a text, which logs are not to hold.
"""

from dataclasses import dataclass
from datetime import datetime

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.http import HttpResponse, parse_retry_after


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is ours, and the same for other providers."""

    code: str
    text: str


_BAD_SENDER = Reason("bad_sender", "Twilio does not let us send from this number or service.")
# Answers to our request, and codes that come later in a report; some numbers come both ways.
REASONS = {
    21211: Reason("bad_number", "This is no phone number."),
    21212: _BAD_SENDER,
    21408: Reason("region_not_allowed", "The Twilio account may not send to this country."),
    21602: Reason("empty", "The text is empty."),
    21603: _BAD_SENDER,
    21606: _BAD_SENDER,
    21608: Reason("trial", "A trial account sends to verified numbers only."),
    21610: Reason("opted_out", "The recipient has replied STOP."),
    21611: Reason("queue_full", "The sender's queue at Twilio is full."),
    21612: Reason("unroutable", "There is no way from our sender to this number."),
    21614: Reason("not_mobile", "The number is not that of a mobile phone."),
    21617: Reason("too_long", "The text has over 1,600 characters."),
    21635: Reason("landline", "The number is that of a landline."),
    21659: _BAD_SENDER,
    21660: _BAD_SENDER,
    21703: _BAD_SENDER,
    30001: Reason("queue_full", "The text waited too long in Twilio's queue."),
    30002: Reason("account_suspended", "The Twilio account is suspended."),
    30003: Reason("unreachable", "The phone was off or out of reach."),
    30004: Reason("blocked", "The recipient or the network blocks our texts."),
    30005: Reason("unknown_number", "Nobody has this number."),
    30006: Reason("landline", "A landline, or a network that takes no texts."),
    30007: Reason("filtered", "The network took the text for spam."),
    30008: Reason("unknown", "The network gave no reason."),
    30034: Reason("sender_not_registered", "Texts to the United States need a registered sender."),
}
QUEUE_FULL, CREDENTIALS, TOO_MANY = 21611, 20003, 20429


def reason_for(number: int) -> Reason:
    """The meaning of an error number; for others a code made of it."""
    return REASONS.get(number, Reason(f"twilio_{number}", f"Twilio's error {number}."))


def refusal(response: HttpResponse, now: datetime) -> ConnectorError:
    """The error that says what to do about an answer that is not 2xx.

    The number in the body decides, then the status. A refusal without Twilio's number does not
    come from Twilio but from something on the way, so the message is not at fault.
    """
    number, status = _error_number(response), response.status
    if status == 429 or number == TOO_MANY:
        wait = parse_retry_after(response.headers.get("retry-after"), now)
        return TemporaryFailure("too_many", "Twilio asks us to slow down.", retry_after_s=wait)
    if number == QUEUE_FULL:
        return TemporaryFailure("queue_full", REASONS[QUEUE_FULL].text)
    if status >= 500:
        text = f"Twilio answered with status {status}."
        kind = TemporaryFailure if response.is_repeatable else UnknownOutcome
        return kind(f"http_{status}", text)
    if number in REASONS:
        return PermanentFailure(REASONS[number].code, f"{REASONS[number].text} ({number})")
    if number == CREDENTIALS or status in (401, 403):
        return CredentialsRefused("Twilio does not take the account SID and its token or key.")
    if number:
        return PermanentFailure(f"twilio_{number}", f"Twilio refused: error {number}.")
    return TemporaryFailure(f"http_{status}", f"No answer of Twilio's, but status {status}.")


def _error_number(response: HttpResponse) -> int:
    try:
        body = response.json()
    except ConnectorError:
        return 0
    number = body.get("code") if isinstance(body, dict) else None
    return number if isinstance(number, int) else 0
