"""The sign-in of one tenant: access tokens for one application, by secret or by certificate."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from threading import Lock
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

from .answers import Answer

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class SignIn:
    """`certificates` are those registered for the application, as PEM; `expired_secrets` were
    right once. `host` is where tokens may be used, as the scope has to say."""

    tenant: str
    client_id: str
    secret: str
    certificates: list[bytes] = field(default_factory=list)
    expired_secrets: set[str] = field(default_factory=set)
    token_lasts_s: int = 3599
    given: int = 0
    _valid: dict[str, float] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, tenant: str, form: Mapping[str, str], *, url: str) -> Answer:
        """Of the token endpoint; `url` is its own address, which an assertion has to name."""
        with self._lock:
            if tenant.lower() != self.tenant.lower():
                return _refused(400, "invalid_request", 90002, "Tenant not found.")
            if form.get("grant_type") != "client_credentials":
                return _refused(400, "unsupported_grant_type", 70003, "Unsupported grant type.")
            if not form.get("scope", "").endswith("/.default"):
                return _refused(400, "invalid_scope", 1002012, "The scope is not valid.")
            if form.get("client_id") != self.client_id:
                return _refused(400, "unauthorized_client", 700016, "Application not found.")
            refusal = self._refusal(form, url)
            if refusal is not None:
                return refusal
            token = token_urlsafe(32)
            self._valid[token] = time.monotonic() + self.token_lasts_s
            self.given += 1
        lasts_s = self.token_lasts_s
        body = {"token_type": "Bearer", "expires_in": lasts_s, "ext_expires_in": lasts_s}
        return Answer(200, {**body, "access_token": token})

    def is_valid(self, authorization: str) -> bool:
        kind, _space, token = authorization.partition(" ")
        with self._lock:
            return kind == "Bearer" and self._valid.get(token, 0.0) > time.monotonic()

    def expire_tokens(self) -> None:
        with self._lock:
            self._valid.clear()

    def _refusal(self, form: Mapping[str, str], url: str) -> Answer | None:
        if "client_assertion" in form:
            return self._assertion_refusal(form, url)
        secret = form.get("client_secret", "")
        if secret in self.expired_secrets:
            return _refused(401, "invalid_client", 7000222, "The client secret keys are expired.")
        if not self.secret or secret != self.secret:
            return _refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        return None

    def _assertion_refusal(self, form: Mapping[str, str], url: str) -> Answer | None:
        unknown = _refused(401, "invalid_client", 700027, "The certificate is not registered.")
        assertion = form["client_assertion"]
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            return _refused(400, "invalid_request", 900144, "client_assertion_type is missing.")
        try:
            thumbprint = jwt.get_unverified_header(assertion).get("x5t#S256")
            for pem in self.certificates:
                certificate = load_pem_x509_certificate(pem)
                digest = sha256(certificate.public_bytes(Encoding.DER)).digest()
                if urlsafe_b64encode(digest).rstrip(b"=").decode() != thumbprint:
                    continue
                public = certificate.public_key().public_bytes(
                    Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
                )
                claims = jwt.decode(
                    assertion,
                    public,
                    algorithms=["PS256"],
                    audience=url,
                    issuer=self.client_id,
                    options={"require": ["exp", "nbf", "iss", "sub", "aud", "jti"]},
                )
                if claims["sub"] != self.client_id or claims["jti"] in self._seen:
                    return unknown
                self._seen.add(claims["jti"])
                return None
        except jwt.PyJWTError:
            return _refused(401, "invalid_client", 700024, "The client assertion is not valid.")
        return unknown


def _refused(status: int, kind: str, number: int, message: str) -> Answer:
    body = {
        "error": kind,
        "error_description": f"AADSTS{number}: {message} Trace ID: 1 Correlation ID: 2",
        "error_codes": [number],
        "trace_id": str(uuid4()),
        "correlation_id": str(uuid4()),
    }
    return Answer(status, body)
