"""Customers in Manchester: Acme with Carol, and Mallory, who has nothing to do with them."""

from itertools import count
from typing import Any

from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation

from .identity import make_user

_numbers = count(1)


def make_account(**overrides: Any) -> Account:
    """An account in Deansgate, with coordinates."""
    values: dict[str, Any] = {
        "name": f"Account {next(_numbers)}",
        "street": "12 Deansgate",
        "city": "Manchester",
        "postal_code": "M3 1AZ",
        "country": "United Kingdom",
        "latitude": 53.48,
        "longitude": -2.24,
        "time_zone": "Europe/London",
    }
    return Account.objects.create(**(values | overrides))


def make_contact(**overrides: Any) -> Contact:
    """A contact without a sign-in, of an account of its own unless `account` is given."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "first_name": "Connie",
        "last_name": f"Contact {number}",
        "email": f"contact{number}@example.com",
        # Reserved for fiction in France: the British ones are those that tests write out.
        "phone": f"+3363998{number % 10_000:04}",
    }
    if "account" not in overrides:
        values["account"] = make_account()
    return Contact.objects.create(**(values | overrides))


def make_location(**overrides: Any) -> FunctionalLocation:
    """A place without an address, of an account of its own unless `account` is given."""
    values: dict[str, Any] = {"name": f"Location {next(_numbers)}"}
    if "account" not in overrides:
        values["account"] = make_account()
    return FunctionalLocation.objects.create(**(values | overrides))


def make_asset(**overrides: Any) -> CustomerAsset:
    """A boiler, of an account of its own unless `account` is given."""
    values: dict[str, Any] = {"name": f"Boiler {next(_numbers)}", "product": "Heatmaster 3000"}
    if "account" not in overrides:
        values["account"] = make_account()
    return CustomerAsset.objects.create(**(values | overrides))


# --- The cast: the same row at every call --------------------------------------------------


def acme() -> Account:
    """Carol's account."""
    return Account.objects.filter(name="Acme").first() or make_account(name="Acme")


def carol() -> Contact:
    """Acme's primary contact, who can sign in as carol@example.com."""
    found = Contact.objects.filter(email="carol@example.com").first()
    if found:
        return found
    account = acme()
    contact = make_contact(
        account=account,
        first_name="Carol",
        last_name="Customer",
        email="carol@example.com",
        phone="+447700900123",
        user=make_user(email="carol@example.com", name="Carol Customer"),
    )
    account.primary_contact = contact
    account.save()
    return contact


def mallory() -> Contact:
    """A stranger to Acme who can sign in, with an account of her own."""
    found = Contact.objects.filter(email="mallory@example.com").first()
    return found or make_contact(
        account=make_account(name="Mallory's"),
        first_name="Mallory",
        last_name="Stranger",
        email="mallory@example.com",
        user=make_user(email="mallory@example.com", name="Mallory Stranger"),
    )
