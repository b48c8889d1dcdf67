"""Contacts: one form for addresses and numbers, and news about them."""

import pytest
from django.core.exceptions import ValidationError
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.customers.errors import EmailTaken, InvalidPhoneNumber
from doorstep.domain.customers.models import Contact
from doorstep.domain.customers.services.contacts import (
    change_contact,
    create_contact,
    mark_profile_seen,
    normalize_email,
)
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from tests.factories.customers import acme, carol, make_contact
from tests.factories.organization import make_company

pytestmark = pytest.mark.django_db


def events() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name="doorstep.events.hand_over")
    return [job.args["event"].rpartition(".")[2] for job in jobs]


def test_a_number_without_country_belongs_to_the_country_of_the_company() -> None:
    make_company(phone_region="FR")

    contact = create_contact(
        account=acme(), first_name="Fleur", phone="06 12 34 56 78", actor=SYSTEM
    )

    assert contact.phone == "+33612345678"


def test_an_address_is_stored_in_lower_case_without_blanks() -> None:
    contact = create_contact(account=acme(), email="  Ann@Example.COM ", actor=SYSTEM)

    assert Contact.objects.get(pk=contact.pk).email == "ann@example.com"


def test_two_ways_to_write_a_letter_are_one_address() -> None:
    assert normalize_email("Jose\u0301@example.com") == normalize_email("jos\u00e9@example.com")


def test_blanks_around_and_within_names_go() -> None:
    contact = create_contact(account=acme(), first_name=" Ann  Marie ", actor=SYSTEM)

    assert contact.first_name == "Ann Marie"


@pytest.mark.parametrize(
    ("phone", "said"),
    [("12", "too short"), ("0161 496 0000 ext. 5", "extension"), ("call me", "phone number")],
)
def test_a_number_we_cannot_use_is_refused_with_the_reason(phone: str, said: str) -> None:
    with pytest.raises(InvalidPhoneNumber, match=said):
        create_contact(account=acme(), first_name="Ann", phone=phone, actor=SYSTEM)


def test_an_address_belongs_to_one_contact() -> None:
    make_contact(email="ann@example.com")

    with pytest.raises(EmailTaken):
        create_contact(account=acme(), email="Ann@Example.com", actor=SYSTEM)


@pytest.mark.parametrize("details", [{}, {"email": "nonsense"}, {"first_name": "x" * 81}])
def test_what_a_form_would_refuse_is_refused(details: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        create_contact(account=acme(), actor=SYSTEM, **details)  # type: ignore[typeddict-item]

    assert not Contact.objects.exists()


def test_the_making_of_a_contact_is_news_and_history() -> None:
    contact = create_contact(account=acme(), first_name="Ann", actor=SYSTEM)

    assert events() == ["ContactCreated"]
    assert [entry.action for entry in history_of(contact)] == ["created"]


def test_only_what_differs_is_changed() -> None:
    contact = make_contact(first_name="Ann", last_name="Lee")

    changed = change_contact(contact=contact, first_name="Ann", last_name="Low", actor=SYSTEM)

    assert changed == ["last_name"]
    assert Contact.objects.get(pk=contact.pk).last_name == "Low"


def test_a_new_address_is_news_and_a_new_name_is_not() -> None:
    change_contact(contact=carol(), first_name="Caroline", actor=SYSTEM)
    change_contact(contact=carol(), email="caroline@example.com", actor=SYSTEM)

    assert events() == ["ContactEmailChanged"]


def test_a_refused_change_changes_nothing() -> None:
    make_contact(email="ann@example.com")
    contact = carol()

    with pytest.raises(EmailTaken):
        change_contact(contact=contact, first_name="Cara", email="ann@example.com", actor=SYSTEM)

    assert contact.first_name == Contact.objects.get(pk=contact.pk).first_name == "Carol"


def test_the_profile_is_new_once() -> None:
    assert mark_profile_seen(contact=carol())
    assert not mark_profile_seen(contact=carol())
