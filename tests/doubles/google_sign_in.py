"""Google's sign-in for service accounts: signatures are verified, delegation is looked up."""

import json
import time
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.doubles.http import Reply, Request, json_reply

ACCOUNT = "doorstep@acme-visits.iam.example"
CLIENT_ID, PROJECT, KEY_ID = "1122334455", "acme-visits", "k1"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EVENTS = "https://www.googleapis.com/auth/calendar.events"
FREE_BUSY = "https://www.googleapis.com/auth/calendar.freebusy"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(url: str, *, name: str = "right", **changes: object) -> str:
    """The JSON file that Google Cloud gives for a key; `name` chooses one of several keys."""
    pem = private_key(name).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps(
        {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": KEY_ID,
            "private_key": pem.decode(),
            "client_email": ACCOUNT,
            "client_id": CLIENT_ID,
            "token_uri": f"{url}/token",
            **changes,
        }
    )


@dataclass
class SignIn:
    """`users` may sign in; to act for `undelegated` ones the account has no right."""

    users: set[str]
    undelegated: set[str] = field(default_factory=set)
    granted: set[str] = field(default_factory=lambda: {EVENTS, FREE_BUSY})
    lasts_s: int = 3599
    clock_is_off: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: dict[str, tuple[str, set[str]]] = field(default_factory=dict)

    def answer(self, request: Request, url: str) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        assert form["grant_type"] == GRANT
        header = jwt.get_unverified_header(form["assertion"])
        if header.get("kid") != KEY_ID or header["alg"] != "RS256":
            return refused("invalid_grant", "Invalid JWT Signature.")
        try:
            claims = jwt.decode(
                form["assertion"],
                private_key("right").public_key(),
                algorithms=["RS256"],
                audience=f"{url}/token",
                options={"require": ["iss", "sub", "aud", "iat", "exp"]},
            )
        except jwt.InvalidSignatureError:
            return refused("invalid_grant", "Invalid JWT Signature.")
        is_now = abs(claims["iat"] - time.time()) < 300 and claims["exp"] - claims["iat"] <= 3600
        if self.clock_is_off or not is_now:
            text = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable"
            return refused("invalid_grant", f"{text} timeframe. Check your iat and exp values.")
        if claims["iss"] != ACCOUNT:
            return refused("invalid_grant", "Invalid grant: account not found")
        subject, scopes = claims["sub"], set(claims["scope"].split())
        if subject not in self.users | self.undelegated:
            return refused("invalid_grant", "Invalid email or User ID")
        if subject in self.undelegated or not scopes <= self.granted:
            text = "Client is unauthorized to retrieve access tokens using this method, or client"
            return refused(
                "unauthorized_client", f"{text} not authorized for any of the scopes.", 401
            )
        self.asked.append((subject, claims["scope"]))
        token = f"token-{len(self.asked)}"
        self.tokens[token] = (subject, scopes)
        return json_reply(
            {"access_token": token, "expires_in": self.lasts_s, "token_type": "Bearer"}
        )


def refused(error: str, description: str, status: int = 400) -> Reply:
    return json_reply({"error": error, "error_description": description}, status)
