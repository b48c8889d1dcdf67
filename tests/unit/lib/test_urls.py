import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from doorstep.platform.lib.urls import absolute_url


@pytest.fixture(autouse=True)
def _public_url(settings: Settings) -> None:
    settings.DOORSTEP_PUBLIC_URL = "https://book.example.com/"


def test_a_link_is_the_public_address_and_the_path() -> None:
    assert absolute_url("/visit/abc?x=1") == "https://book.example.com/visit/abc?x=1"


def test_a_portal_of_its_own_keeps_scheme_and_path() -> None:
    assert absolute_url("/visit/", host="acme.example:8443") == "https://acme.example:8443/visit/"


def test_an_address_below_a_folder_is_kept(settings: Settings) -> None:
    settings.DOORSTEP_PUBLIC_URL = "https://example.com/book"

    assert absolute_url("/visit/") == "https://example.com/book/visit/"


@pytest.mark.parametrize("path", ["visit/", "//evil.example/", "/\\evil.example", "https://evil/"])
def test_refuses_a_path_that_could_lead_elsewhere(path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        absolute_url(path)


@pytest.mark.parametrize("address", ["", "book.example.com", "ftp://book.example.com"])
def test_names_the_setting_when_it_is_wrong(settings: Settings, address: str) -> None:
    settings.DOORSTEP_PUBLIC_URL = address

    with pytest.raises(ImproperlyConfigured, match="DOORSTEP_PUBLIC_URL"):
        absolute_url("/")
