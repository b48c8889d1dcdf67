"""Create and change accounts."""

from typing import TypedDict, Unpack

from django.db import transaction

from doorstep.domain.organization.models import Territory
from doorstep.domain.places.services import follow_address
from doorstep.platform.audit.services import Actor, record

from ..errors import NotOfAccount
from ..models import Account, Contact


class AccountDetails(TypedDict, total=False):
    name: str
    street: str
    city: str
    postal_code: str
    country: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    territory: Territory | None
    language: str
    instructions: str
    is_active: bool
    is_excluded: bool


@transaction.atomic
def create_account(*, actor: Actor, **details: Unpack[AccountDetails]) -> Account:
    """Its coordinates are found later, unless they are given. Raises ValidationError by field."""
    account = Account(**details)
    account.full_clean()
    account.save()
    record(actor=actor, action="created", obj=account)
    follow_address(row=account, changed=list(details))
    return account


@transaction.atomic
def change_account(
    *, account: Account, actor: Actor, **details: Unpack[AccountDetails]
) -> list[str]:
    """Write what differs and return its names; coordinates follow the address unless given.

    Work orders that exist keep the address they were made for. Raises ValidationError by field.
    """
    current = Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
    changed = sorted(name for name, value in details.items() if getattr(current, name) != value)
    if not changed:
        return []
    for name in changed:
        setattr(current, name, dict(details)[name])
    current.full_clean()
    current.save(update_fields=changed)
    record(actor=actor, action="changed", obj=current, data={"fields": changed})
    follow_address(row=current, changed=changed)
    for name in changed:
        setattr(account, name, getattr(current, name))
    return changed


@transaction.atomic
def set_primary_contact(*, account: Account, contact: Contact | None, actor: Actor) -> bool:
    """False if she was already. Raises NotOfAccount for a contact of another account."""
    if contact is not None and contact.account_id != account.pk:
        raise NotOfAccount
    if account.primary_contact_id == (contact.pk if contact else None):
        return False
    account.primary_contact = contact
    account.save(update_fields=["primary_contact"])
    record(
        actor=actor,
        action="changed",
        obj=account,
        data={"fields": ["primary_contact"], "primary_contact": str(contact or "")},
    )
    return True
