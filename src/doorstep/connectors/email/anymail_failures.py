"""What an error of django-anymail means: by the provider's HTTP status, and its own codes.

Texts are made here and not taken from anymail's errors, which quote the mail.
"""

from datetime import UTC, datetime
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.http import parse_retry_after

LONGEST_TEXT = 200
# Unpaid accounts count: nothing is wrong with the mail.
ABOUT_OUR_ACCOUNT = frozenset({401, 402, 403})
# 503 comes from a front that has not taken the request; other 5xx may come after sending.
REFUSED_FOR_NOW = frozenset({408, 425, 429, 503})
# Postmark: bad token, sender not confirmed, out of credits, account pending.
POSTMARK_ACCOUNT_CODES = frozenset({10, 400, 401, 405, 412})


def failure_of(error: AnymailError, esp_label: str) -> ConnectorError:
    """The connector error for one of anymail's."""
    if isinstance(error, AnymailRecipientsRefused):
        return PermanentFailure("recipient_refused", f"{esp_label} refused the recipient.")
    if not isinstance(error, AnymailAPIError):
        text = f"{esp_label} cannot take such a mail: {type(error).__name__}"
        return PermanentFailure("bad_message", text)
    status, answer = error.status_code, _json(error.response)
    if status is None:
        return UnknownOutcome("mail_provider", f"{esp_label}: {type(error).__name__}")
    text = _text(esp_label, status, answer)
    if status in ABOUT_OUR_ACCOUNT or _is_about_our_account(answer):
        return CredentialsRefused(text)
    code = f"http_{status}"
    if status in REFUSED_FOR_NOW:
        headers = getattr(error.response, "headers", {})
        wait = parse_retry_after(headers.get("retry-after"), datetime.now(UTC))
        return TemporaryFailure(code, text, retry_after_s=wait)
    if 400 <= status < 500 or _is_mandrills_refusal(status, answer):
        return PermanentFailure(code, text)
    # Also a 2xx whose body makes no sense.
    return UnknownOutcome(code, text)


def _is_about_our_account(answer: dict[str, Any]) -> bool:
    return (
        answer.get("ErrorCode") in POSTMARK_ACCOUNT_CODES
        or answer.get("name") == "Invalid_Key"  # Mandrill, with status 500
    )


def _is_mandrills_refusal(status: int, answer: dict[str, Any]) -> bool:
    """Mandrill answers 500 to whatever it refuses, and names the reason."""
    return status == 500 and answer.get("status") == "error" and "name" in answer


def _json(response: Any) -> dict[str, Any]:
    try:
        answer = response.json()
    except (AttributeError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(esp_label: str, status: int, answer: dict[str, Any]) -> str:
    words = answer.get("message") or answer.get("Message") or answer.get("error") or ""
    said = f": {words}" if isinstance(words, str) and words else "."
    return f"{esp_label} answered with HTTP status {status}{said}"[:LONGEST_TEXT]
