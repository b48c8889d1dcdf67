"""Sign in to Microsoft Graph as an application, and read its errors.

One POST makes a token (OAuth 2.0 client credentials), so this goes through our own HTTP client
with its limits instead of Microsoft's library, which would bring a second one.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import quote, urlsplit

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
)
from doorstep.connectors.http import HttpClient, HttpResponse, check_status, parse_retry_after

REFRESH_EARLY_S = 300.0
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
# Entra's numbers (AADSTS…) worth a sentence of their own.
SIGN_IN_PROBLEMS = {
    7000215: "The client secret is wrong; it is the secret's value, not its id.",
    7000222: "The client secret has expired.",
    700016: "The tenant does not know this application.",
    90002: "There is no such tenant.",
    900023: "There is no such tenant.",
    7000112: "The application is switched off in the tenant.",
}


@dataclass(frozen=True, slots=True)
class Application:
    """An application registered in a tenant, and where that tenant's cloud is."""

    tenant_id: str
    client_id: str
    client_secret: str
    authority_url: str
    base_url: str


class Tokens:
    """The application's access token: asked for once, kept until shortly before its end.

    Safe to share between threads; of several who need a new one, one asks.
    """

    def __init__(self, application: Application, client: HttpClient) -> None:
        for name in ("authority_url", "base_url"):
            parts = urlsplit(getattr(application, name))
            if parts.scheme != "https" and parts.hostname not in THIS_MACHINE:
                raise InvalidSettings(f"{name}: secrets are sent over https only")
        self._application = application
        self._client = client
        self._lock = Lock()
        self._token = ""
        self._ends_at = 0.0

    def get(self) -> str:
        """A token that is good for some minutes more.

        Raises CredentialsRefused when the application may not sign in, else TemporaryFailure.
        """
        with self._lock:
            if not self._token or time.monotonic() >= self._ends_at:
                self._ask()
            return self._token

    def forget(self, token: str) -> None:
        """The token was refused; the next `get` asks for another, unless somebody already did."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def _ask(self) -> None:
        application = self._application
        base = urlsplit(application.base_url)
        response = self._client.request(
            "POST",
            f"{application.authority_url.rstrip('/')}/{quote(application.tenant_id, safe='')}"
            "/oauth2/v2.0/token",
            form={
                "grant_type": "client_credentials",
                "client_id": application.client_id,
                "client_secret": application.client_secret,
                "scope": f"{base.scheme}://{base.netloc}/.default",
            },
            repeatable=True,
        )
        if response.status in (400, 401):
            raise _sign_in_failure(response)
        try:
            check_status(response)
        except PermanentFailure as error:  # never the message's fault
            raise TemporaryFailure(error.code, error.text) from error
        answer = response.json()
        token = answer.get("access_token") if isinstance(answer, dict) else None
        lasts_s = answer.get("expires_in") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token or not isinstance(lasts_s, int):
            raise TemporaryFailure("bad_answer", "The sign-in service sent no token.")
        self._token = token
        self._ends_at = time.monotonic() + max(lasts_s - REFRESH_EARLY_S, lasts_s / 2)


def _sign_in_failure(response: HttpResponse) -> TemporaryFailure:
    answer = response.json()
    answer = answer if isinstance(answer, dict) else {}
    if answer.get("error") == "temporarily_unavailable":
        return TemporaryFailure("temporarily_unavailable", "Microsoft's sign-in is unavailable.")
    numbers = answer.get("error_codes")
    for number in numbers if isinstance(numbers, list) else ():
        if number in SIGN_IN_PROBLEMS:
            return CredentialsRefused(f"{SIGN_IN_PROBLEMS[number]} (AADSTS{number})")
    return CredentialsRefused(f"Microsoft refused the sign-in: {str(answer.get('error'))[:80]}.")


# --- Errors ----------------------------------------------------------------------------------


def error_codes(response: HttpResponse) -> tuple[str, ...]:
    """The error codes of an answer, the outermost first; none if the answer is not Graph's."""
    try:
        answer = response.json()
    except ConnectorError:
        return ()
    codes: list[str] = []
    node = answer.get("error") if isinstance(answer, dict) else None
    while isinstance(node, Mapping) and len(codes) < 10:
        if isinstance(node.get("code"), str):
            codes.append(node["code"])
        node = node.get("innerError") or node.get("innererror")
    return tuple(codes)


def retry_after_s(response: HttpResponse) -> float | None:
    return parse_retry_after(response.headers.get("retry-after"), datetime.now(UTC))
