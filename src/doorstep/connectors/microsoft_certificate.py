"""A certificate in place of an application's secret: a signed statement says who asks.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from textwrap import wrap
from uuid import uuid4

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from doorstep.connectors.base import CredentialsRefused, InvalidSettings

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTS = timedelta(minutes=5)
# Clocks differ; Microsoft refuses a statement from the future.
BACKDATED = timedelta(minutes=1)
SMALLEST_KEY_BITS = 2048
_BLOCK = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Certificate:
    """`thumbprint` is how Microsoft finds it among those of the application."""

    private_key: RSAPrivateKey = field(repr=False)
    thumbprint: str
    ends_at: datetime

    def sign(self, *, client_id: str, audience: str, now: datetime) -> str:
        """A statement for one request of a token. Raises CredentialsRefused after its last day."""
        if now >= self.ends_at:
            raise CredentialsRefused(
                f"The certificate ended on {self.ends_at:%Y-%m-%d}; make a new one, upload it to "
                "the application and enter it here."
            )
        claims = {
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now - BACKDATED,
            "exp": now + LASTS,
        }
        headers = {"x5t#S256": self.thumbprint}
        return jwt.encode(claims, self.private_key, algorithm="PS256", headers=headers)


def read_certificate(text: str) -> Certificate:
    """Out of PEM with a certificate and its private key, in any order; lines may be lost.

    Raises InvalidSettings, without a word of the key.
    """
    blocks = {kind: _whole(kind, body) for kind, body in _BLOCK.findall(text)}
    keys = [block for kind, block in blocks.items() if kind.endswith("PRIVATE KEY")]
    if "CERTIFICATE" not in blocks or len(keys) != 1:
        raise InvalidSettings("certificate must be PEM with a certificate and its private key")
    if "ENCRYPTED PRIVATE KEY" in blocks:
        raise InvalidSettings("certificate has a private key with a password; store it without")
    try:
        certificate = load_pem_x509_certificate(blocks["CERTIFICATE"])
        private_key = load_pem_private_key(keys[0], password=None)
        public_key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidSettings("certificate cannot be read") from error
    if not isinstance(private_key, RSAPrivateKey) or not isinstance(public_key, RSAPublicKey):
        raise InvalidSettings("certificate must be of an RSA key")
    if private_key.key_size < SMALLEST_KEY_BITS:
        raise InvalidSettings(f"certificate must have a key of {SMALLEST_KEY_BITS} bits or more")
    if private_key.public_key().public_numbers() != public_key.public_numbers():
        raise InvalidSettings("certificate and private key do not belong together")
    digest = sha256(certificate.public_bytes(Encoding.DER)).digest()
    return Certificate(
        private_key,
        urlsafe_b64encode(digest).rstrip(b"=").decode(),
        certificate.not_valid_after_utc,
    )


def _whole(kind: str, body: str) -> bytes:
    # A form's field of one line drops the line breaks that PEM needs.
    lines = wrap("".join(body.split()), 64)
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""]).encode()
