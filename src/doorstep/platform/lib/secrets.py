"""Encrypt and decrypt stored provider secrets with the keys of DOORSTEP_SECRET_KEYS.

The setting is a list of texts. The first key encrypts, every key decrypts: to rotate, put a new
key in front, `rotate` what is stored, then drop the old key.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PURPOSE = b"doorstep stored secrets v1"


class SecretUnreadable(Exception):
    """No key of DOORSTEP_SECRET_KEYS opens this secret: it must be entered again."""


def encrypt(text: str) -> str:
    """Encrypted and signed text in ASCII; different each time."""
    return _fernet().encrypt(text.encode()).decode("ascii")


def decrypt(encrypted: str) -> str:
    """The text again; SecretUnreadable if it was changed or its key is gone."""
    try:
        return _fernet().decrypt(encrypted.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable(
            "a stored secret cannot be read with the keys in DOORSTEP_SECRET_KEYS"
        ) from error


def rotate(encrypted: str) -> str:
    """The same secret under the first key; SecretUnreadable as in `decrypt`."""
    return encrypt(decrypt(encrypted))


def _fernet() -> MultiFernet:
    keys: Sequence[str] | str = getattr(settings, "DOORSTEP_SECRET_KEYS", ())
    if isinstance(keys, str) or not keys or not all(keys):
        raise ImproperlyConfigured(
            "DOORSTEP_SECRET_KEYS must be a list of texts that are not empty"
        )
    return _fernet_of(tuple(keys))


@lru_cache(maxsize=4)
def _fernet_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key))) for key in keys])


def _derive(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
