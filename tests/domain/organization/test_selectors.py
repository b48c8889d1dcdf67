"""The company, and which portal answers."""

import pytest

from doorstep.domain.organization.models import Company, Portal
from doorstep.domain.organization.selectors import find_portal, get_company, get_default_portal
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_has_a_company() -> None:
    assert get_company() == get_company() == Company.objects.get()


def test_a_portal_answers_under_its_own_name() -> None:
    make_portal()
    other = make_portal(host_name="book.example.com")

    assert find_portal("book.example.com") == other


@pytest.mark.parametrize("host", ["BOOK.example.com", "book.example.com:8000"])
def test_case_and_port_make_no_difference(host: str) -> None:
    make_portal()
    other = make_portal(host_name="book.example.com")

    assert find_portal(host) == other


def test_a_name_with_the_port_wins_over_one_without() -> None:
    make_portal(host_name="book.example.com")
    other = make_portal(host_name="book.example.com:8443")

    assert find_portal("book.example.com:8443") == other


def test_the_default_portal_answers_under_every_other_name() -> None:
    default = make_portal()
    make_portal(host_name="book.example.com")

    assert find_portal("elsewhere.example.com") == default


def test_without_a_default_portal_nobody_answers() -> None:
    make_portal(is_default=False)

    assert find_portal("elsewhere.example.com") is None
    with pytest.raises(Portal.DoesNotExist):
        get_default_portal()


def test_an_empty_name_means_the_default_portal() -> None:
    default = make_portal()

    assert find_portal("") == default
    assert get_default_portal() == default
