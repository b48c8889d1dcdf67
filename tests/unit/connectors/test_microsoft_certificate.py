from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from doorstep.connectors.base import CredentialsRefused, InvalidSettings
from doorstep.connectors.microsoft_certificate import Certificate, read_certificate
from tests.doubles.graph import certificate

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
URL = "https://login.example/tenant/oauth2/v2.0/token"


def pem() -> str:
    return certificate()[0]


def private(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes = b"") -> str:
    hidden = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden).decode()


def own_key() -> str:
    return pem()[pem().index("-----BEGIN PRIVATE") :]


def test_a_statement_names_who_asks_whom_for_some_minutes() -> None:
    signed = read_certificate(pem()).sign(client_id="app", audience=URL, now=datetime.now(UTC))

    header = jwt.get_unverified_header(signed)
    claims = jwt.decode(signed, options={"verify_signature": False})
    assert (header["alg"], header["typ"]) == ("PS256", "JWT")
    assert len(header["x5t#S256"]) == 43
    assert (claims["aud"], claims["iss"], claims["sub"]) == (URL, "app", "app")
    assert 0 < claims["exp"] - claims["iat"] <= 600


def test_no_two_statements_are_the_same() -> None:
    read = read_certificate(pem())
    signed = {read.sign(client_id="app", audience=URL, now=NOW) for _ in range(2)}

    assert len({jwt.decode(s, options={"verify_signature": False})["jti"] for s in signed}) == 2


@pytest.mark.parametrize(
    "text",
    [
        pem().replace("\n", ""),
        pem().replace("\n", " "),
        pem().replace("\n", "\r\n"),
        own_key() + pem().removesuffix(own_key()),
        f"Bag Attributes\n    friendlyName: x\n{pem()}",
    ],
    ids=["no lines", "spaces", "windows", "key first", "with a comment"],
)
def test_the_text_is_read_however_it_was_pasted(text: str) -> None:
    assert read_certificate(text).thumbprint == read_certificate(pem()).thumbprint


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "PEM"),
        ("hello", "PEM"),
        (pem().removesuffix(own_key()), "PEM"),
        (own_key(), "PEM"),
        (pem().replace("MII", "!!!"), "read"),
        (pem().replace(own_key(), private(rsa.generate_private_key(65537, 2048))), "together"),
        (pem().replace(own_key(), private(ec.generate_private_key(ec.SECP256R1()))), "RSA"),
        (pem().replace(own_key(), private(rsa.generate_private_key(65537, 1024))), "2048"),
        (
            pem().replace(own_key(), private(rsa.generate_private_key(65537, 2048), b"pw")),
            "password",
        ),
    ],
    ids=["empty", "text", "no key", "no certificate", "broken", "other", "ec", "short", "locked"],
)
def test_what_cannot_sign_in_is_refused_without_a_word_of_it(text: str, word: str) -> None:
    with pytest.raises(InvalidSettings, match=word) as caught:
        read_certificate(text)

    assert own_key()[100:150] not in str(caught.value)


def test_a_certificate_that_ended_says_what_to_do() -> None:
    ended = read_certificate(certificate(lasts=timedelta(days=-1))[0])

    with pytest.raises(CredentialsRefused, match="make a new one"):
        ended.sign(client_id="app", audience=URL, now=datetime.now(UTC))


def test_the_private_key_is_not_shown() -> None:
    read = read_certificate(pem())

    assert isinstance(read, Certificate)
    assert "private" not in repr(read)
