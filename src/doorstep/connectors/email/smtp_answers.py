"""What a mail server's answer means for the mail (RFC 5321, 4.2.1; greylisting: RFC 6647)."""

import smtplib

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)

# A greylisting server wants to see the same mail again, but not at once.
GREYLISTING_WAIT_S = 300.0
LONGEST_ANSWER = 200
# Answers about our account and not about the mail (RFC 4954, 6), at whatever step they come.
ABOUT_OUR_ACCOUNT = frozenset({530, 534, 535, 538})


def failure_by_answer(code: int, answer: bytes | str) -> ConnectorError:
    """The error for an answer that is not the one hoped for.

    Garbage (no code, or one that says "go on") is UnknownOutcome.
    """
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    text = " ".join(text.split())[:LONGEST_ANSWER]
    if code in ABOUT_OUR_ACCOUNT:
        return CredentialsRefused(f"{code} {text}")
    if 500 <= code < 600:
        return PermanentFailure(f"smtp_{code}", text)
    if 400 <= code < 500:
        wait = GREYLISTING_WAIT_S if code in (450, 451) and text.startswith("4.7.") else None
        return TemporaryFailure(f"smtp_{code}", text, retry_after_s=wait)
    return UnknownOutcome("smtp_garbage", text)


def failure_before_the_text(error: OSError | smtplib.SMTPException) -> ConnectorError:
    """The error for connecting and signing in: nothing was sent, and it is not the mail."""
    match error:
        case smtplib.SMTPAuthenticationError() if 400 <= error.smtp_code < 500:
            text = "The mail server cannot check our name and password now."
            return TemporaryFailure("smtp_sign_in_later", text)
        case smtplib.SMTPAuthenticationError():
            text = "The mail server refused our name and password."
            return CredentialsRefused(text)
        case smtplib.SMTPNotSupportedError():
            text = "The mail server offers no way to sign in with a name and password."
            return CredentialsRefused(text)
        case _:
            return TemporaryFailure("no_connection", f"No mail server: {error}"[:LONGEST_ANSWER])
