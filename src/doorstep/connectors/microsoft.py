"""Sign in to Microsoft Graph as an application, and read its errors.

One POST makes a token (OAuth 2.0 client credentials, with a secret or a certificate), so this goes
through our own HTTP client with its limits instead of Microsoft's library, which would bring a
second one.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from doorstep.connectors.http import (
    LONGEST_RETRY_AFTER_S,
    HttpClient,
    HttpResponse,
    check_status,
    parse_retry_after,
)
from doorstep.connectors.microsoft_certificate import ASSERTION_TYPE, Certificate

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
    700024: "Microsoft does not take the signature of our certificate; is our clock right?",
    700027: "The tenant does not know our certificate; upload it to the application.",
    7000217: "The tenant does not know our certificate; upload it to the application.",
}


@dataclass(frozen=True, slots=True)
class Application:
    """An application registered in a tenant, and where that tenant's cloud is.

    With a certificate the secret is not used.
    """

    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    authority_url: str
    base_url: str
    certificate: Certificate | None = None


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
        url = (
            f"{application.authority_url.rstrip('/')}/{quote(application.tenant_id, safe='')}"
            "/oauth2/v2.0/token"
        )
        form = {
            "grant_type": "client_credentials",
            "client_id": application.client_id,
            "scope": f"{base.scheme}://{base.netloc}/.default",
            **self._proof(url),
        }
        response = self._client.request("POST", url, form=form, repeatable=True)
        if response.status in (400, 401):
            raise _sign_in_failure(response)
        try:
            check_status(response)
        except TemporaryFailure as error:
            raise TemporaryFailure(
                error.code, error.text, retry_after_s=error.retry_after_s, is_for_account=True
            ) from error
        except PermanentFailure as error:  # never the message's fault
            raise TemporaryFailure(error.code, error.text, is_for_account=True) from error
        answer = response.json()
        token = answer.get("access_token") if isinstance(answer, dict) else None
        lasts_s = answer.get("expires_in") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token or not isinstance(lasts_s, int):
            text = "The sign-in service sent no token."
            raise TemporaryFailure("bad_answer", text, is_for_account=True)
        self._token = token
        self._ends_at = time.monotonic() + max(lasts_s - REFRESH_EARLY_S, lasts_s / 2)

    def _proof(self, url: str) -> dict[str, str]:
        """The secret, or a statement signed with the certificate's key, made for this address."""
        application = self._application
        if application.certificate is None:
            return {"client_secret": application.client_secret}
        signed = application.certificate.sign(
            client_id=application.client_id, audience=url, now=datetime.now(UTC)
        )
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}


def _sign_in_failure(response: HttpResponse) -> TemporaryFailure:
    answer = response.json()
    answer = answer if isinstance(answer, dict) else {}
    if answer.get("error") == "temporarily_unavailable":
        text = "Microsoft's sign-in is unavailable."
        return TemporaryFailure("temporarily_unavailable", text, is_for_account=True)
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


def retry_after_s(
    response: HttpResponse, *, longest_s: float = LONGEST_RETRY_AFTER_S
) -> float | None:
    header = response.headers.get("retry-after")
    return parse_retry_after(header, datetime.now(UTC), longest_s=longest_s)
