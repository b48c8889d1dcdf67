import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from doorstep.platform.lib.secrets import SecretUnreadable, decrypt, encrypt, rotate


@pytest.fixture(autouse=True)
def _one_key(settings: Settings) -> None:
    settings.DOORSTEP_SECRET_KEYS = ["first key"]


def test_what_was_encrypted_comes_back() -> None:
    assert decrypt(encrypt("pässword 🔑")) == "pässword 🔑"


def test_the_secret_cannot_be_seen_in_what_is_stored() -> None:
    assert "password" not in encrypt("password")


def test_two_encryptions_of_one_secret_differ() -> None:
    assert encrypt("same") != encrypt("same")


def test_an_old_key_still_decrypts(settings: Settings) -> None:
    stored = encrypt("secret")

    settings.DOORSTEP_SECRET_KEYS = ["new key", "first key"]

    assert decrypt(stored) == "secret"


def test_rotated_secrets_outlive_the_old_key(settings: Settings) -> None:
    stored = encrypt("secret")
    settings.DOORSTEP_SECRET_KEYS = ["new key", "first key"]
    rotated = rotate(stored)

    settings.DOORSTEP_SECRET_KEYS = ["new key"]

    assert decrypt(rotated) == "secret"


def test_says_so_when_no_key_fits(settings: Settings) -> None:
    stored = encrypt("secret")

    settings.DOORSTEP_SECRET_KEYS = ["another key"]

    with pytest.raises(SecretUnreadable, match="DOORSTEP_SECRET_KEYS"):
        decrypt(stored)


def test_says_so_when_the_stored_text_was_changed() -> None:
    with pytest.raises(SecretUnreadable):
        decrypt(encrypt("secret")[:-8] + "AAAAAAA=")


@pytest.mark.parametrize("keys", [[], "a text is not a list", ["good", ""]])
def test_refuses_to_work_without_proper_keys(settings: Settings, keys: object) -> None:
    settings.DOORSTEP_SECRET_KEYS = keys

    with pytest.raises(ImproperlyConfigured, match="DOORSTEP_SECRET_KEYS"):
        encrypt("secret")
