"""Sign in to Google as a service account that acts for the people of a Workspace domain.

A statement signed with the account's key, naming the person, is exchanged for an access token
(https://developers.google.com/identity/protocols/oauth2/service-account). One token for each person
and scope, so that an administrator need not grant what is not used.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
)
from doorstep.connectors.calendar.base import MailboxRefused
from doorstep.connectors.http import HttpClient, HttpResponse, check_status, keeps_secrets

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Google takes an hour at most.
STATEMENT_LASTS_S = 3600
REFRESH_EARLY_S = 300.0
SMALLEST_KEY_BITS = 2048

# Words of Google's sign-in, and what staff can do about them.
ABOUT_THE_ACCOUNT = {
    "invalid_client": "Google does not know the service account; it may have been deleted.",
    "deleted_client": "The service account has been deleted; make a new one and enter its key.",
    "disabled_client": "The service account is switched off in the Google Cloud console.",
    "invalid_scope": "Google does not know one of the scopes.",
}
NOT_DELEGATED = (
    "Google does not let the service account act for {who}. In the Google admin console, under "
    "Security, Access and data control, API controls, Domain-wide delegation, enter the client "
    "id {client_id} with the scope {scope}. It can take a day. Addresses outside the Workspace "
    "domain, such as those of Gmail, cannot be used."
)
NO_SUCH_USER = (
    "Google knows no user {who}, or the user is suspended. Enter the main address of a user of the "
    "Workspace domain, not that of a group or an alias."
)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What the JSON key of a service account says."""

    email: str
    client_id: str
    project_id: str
    key_id: str
    private_key: RSAPrivateKey = field(repr=False)
    token_url: str


def read_key(text: str) -> ServiceAccount:
    """The account a JSON key belongs to. Raises InvalidSettings, without a word of the key."""
    try:
        key = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidSettings("key must be the whole JSON file of the service account") from error
    if not isinstance(key, dict) or key.get("type") != "service_account":
        raise InvalidSettings("key must be of a service account, not of another kind")
    names = ("client_email", "client_id", "project_id", "private_key_id", "private_key")
    for name in (*names, "token_uri"):
        if not isinstance(key.get(name), str) or not key[name]:
            raise InvalidSettings(f"key has no {name}")
    if not keeps_secrets(key["token_uri"]):
        raise InvalidSettings("key: token_uri must be an https address")
    try:
        private_key = load_pem_private_key(key["private_key"].encode(), password=None)
    except (ValueError, TypeError) as error:
        raise InvalidSettings(
            "key: private_key cannot be read; enter the file unchanged"
        ) from error
    if not isinstance(private_key, RSAPrivateKey) or private_key.key_size < SMALLEST_KEY_BITS:
        raise InvalidSettings(f"key: private_key must be RSA of {SMALLEST_KEY_BITS} bits or more")
    return ServiceAccount(
        email=key["client_email"],
        client_id=key["client_id"],
        project_id=key["project_id"],
        key_id=key["private_key_id"],
        private_key=private_key,
        token_url=key["token_uri"],
    )


@dataclass(slots=True)
class _Kept:
    lock: Lock = field(default_factory=Lock)
    token: str = ""
    ends_at: float = 0.0


class Tokens:
    """Access tokens by person and scope, kept until shortly before their end.

    Safe to share between threads; of several who need the same new one, one asks, and nobody waits
    for another person's.
    """

    def __init__(
        self,
        account: ServiceAccount,
        client: HttpClient,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._account = account
        self._client = client
        self._clock, self._wall_clock = clock, wall_clock
        self._lock = Lock()
        self._kept: dict[tuple[str, str], _Kept] = {}

    def get(self, subject: str, scope: str) -> str:
        """A token to act for `subject` that is good for some minutes more.

        Raises MailboxRefused when the account may not act for this person, CredentialsRefused when
        it may not sign in at all, else TemporaryFailure.
        """
        with self._lock:
            kept = self._kept.setdefault((subject, scope), _Kept())
        with kept.lock:
            if not kept.token or self._clock() >= kept.ends_at:
                kept.token, lasts_s = self._ask(subject, scope)
                kept.ends_at = self._clock() + max(lasts_s - REFRESH_EARLY_S, lasts_s / 2)
            return kept.token

    def forget(self, subject: str, scope: str, token: str) -> None:
        """The token was refused; the next `get` asks for another, unless somebody already did."""
        with self._lock:
            kept = self._kept.setdefault((subject, scope), _Kept())
        with kept.lock:
            if kept.token == token:
                kept.token = ""

    def _ask(self, subject: str, scope: str) -> tuple[str, float]:
        response = self._client.request(
            "POST",
            self._account.token_url,
            form={"grant_type": GRANT, "assertion": self._statement(subject, scope)},
            repeatable=True,
        )
        if response.status in (400, 401, 403):
            raise _refusal(response, self._account, subject, scope)
        try:
            check_status(response)
        except PermanentFailure as error:  # never the event's fault
            raise TemporaryFailure(error.code, error.text) from error
        answer = response.json()
        answer = answer if isinstance(answer, dict) else {}
        token, lasts_s = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lasts_s, int):
            raise TemporaryFailure("bad_answer", "Google's sign-in sent no token.")
        return token, float(lasts_s)

    def _statement(self, subject: str, scope: str) -> str:
        now = int(self._wall_clock())
        claims = {
            "iss": self._account.email,
            "sub": subject,
            "scope": scope,
            "aud": self._account.token_url,
            "iat": now,
            "exp": now + STATEMENT_LASTS_S,
        }
        headers = {"kid": self._account.key_id}
        return jwt.encode(claims, self._account.private_key, algorithm="RS256", headers=headers)


def _refusal(
    response: HttpResponse, account: ServiceAccount, subject: str, scope: str
) -> ConnectorError:
    answer = response.json()
    answer = cast("dict[str, object]", answer if isinstance(answer, dict) else {})
    code, detail = str(answer.get("error", "")), str(answer.get("error_description", ""))
    if code in ABOUT_THE_ACCOUNT:
        return CredentialsRefused(f"{ABOUT_THE_ACCOUNT[code]} ({code})")
    if code == "invalid_grant":
        return _invalid_grant(detail, subject)
    if code in ("unauthorized_client", "access_denied", "admin_policy_enforced"):
        # Not the account as a whole: one address of another domain is refused in the same words.
        text = NOT_DELEGATED.format(who=subject, client_id=account.client_id, scope=scope)
        return MailboxRefused(code, text)
    if code in ("internal_failure", "temporarily_unavailable", "rate_limit_exceeded"):
        return TemporaryFailure(code, "Google's sign-in is unavailable.")
    shown = code if re.fullmatch(r"[a-z_]{1,60}", code) else "unknown"
    return CredentialsRefused(f"Google refused the sign-in: {shown}.")


def _invalid_grant(detail: str, subject: str) -> ConnectorError:
    """One code for four mistakes, which only the sentence beside it tells apart."""
    detail = detail.lower()
    if "signature" in detail:
        return CredentialsRefused(
            "Google does not take the service account's key: it was deleted or has expired. Make a "
            "new key in the Google Cloud console and enter it."
        )
    if "timeframe" in detail or "short-lived" in detail:
        return CredentialsRefused(
            "Google says the sign-in is from another time: set this server's clock."
        )
    if "account not found" in detail:
        return CredentialsRefused("Google does not know the service account; it was deleted.")
    return MailboxRefused("invalid_grant", NO_SUCH_USER.format(who=subject))
