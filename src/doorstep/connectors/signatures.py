"""Signed HTTP bodies between us and systems of our own: who sent them, unchanged, and when.

`X-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256(secret, t "." body)>`. A body is good for five
minutes before and after its time. While a secret is replaced, a sender may add a second v1.
"""

import hmac
from datetime import datetime
from hashlib import sha256

from doorstep.connectors.webhooks import ForgedWebhook

HEADER = "X-Signature"
LONGEST_APART_S = 300
LONGEST_HEADER = 1000


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The value of the header for a body sent at this time."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def check_signature(secret: str, header: str, body: bytes, now: datetime) -> None:
    """Pass a body that somebody with the secret has signed just now; else ForgedWebhook."""
    pairs = [pair.strip().partition("=")[::2] for pair in header[:LONGEST_HEADER].split(",")]
    times = [value for name, value in pairs if name == "t"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) < 13):
        raise ForgedWebhook("The signature is missing or says no time.")
    seconds = int(times[0])
    expected = _digest(secret, seconds, body).encode()
    given = [value for name, value in pairs if name == "v1"]
    if not any(hmac.compare_digest(expected, value.encode()) for value in given):
        raise ForgedWebhook("The signature does not match.")
    if abs(now.timestamp() - seconds) > LONGEST_APART_S:
        raise ForgedWebhook("The signature is older or newer than five minutes.")


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % seconds + body, sha256).hexdigest()
