"""Create and change contacts; their addresses and numbers are stored in one form only."""

import unicodedata
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction

from doorstep.domain.organization.selectors import get_company
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.values.phone import InvalidPhone, normalize_phone

from ..errors import EmailTaken, InvalidPhoneNumber
from ..events import ContactCreated, ContactEmailChanged
from ..models import Account, Contact


class ContactDetails(TypedDict, total=False):
    first_name: str
    last_name: str
    email: str
    phone: str
    language: str
    time_zone: str
    message_channel: str
    allows_sign_in: bool
    is_active: bool


def create_contact(*, account: Account, actor: Actor, **details: Unpack[ContactDetails]) -> Contact:
    """Publishes ContactCreated. Raises InvalidPhoneNumber, EmailTaken, ValidationError by field."""
    contact = Contact(account=account)
    with transaction.atomic():
        _fill(contact, details)
        _save(contact)
        record(actor=actor, action="created", obj=contact)
        publish(ContactCreated(contact_id=contact.pk))
    return contact


def change_contact(
    *, contact: Contact, actor: Actor, **details: Unpack[ContactDetails]
) -> list[str]:
    """Write what differs and return its names. Publishes ContactEmailChanged. Raises as
    `create_contact` does; `contact` then still holds what was stored."""
    with transaction.atomic():
        current = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
        changed = _fill(current, details)
        if changed:
            _save(current, changed)
            record(actor=actor, action="changed", obj=current, data={"fields": changed})
        if "email" in changed:
            publish(ContactEmailChanged(contact_id=current.pk))
    for name in changed:
        setattr(contact, name, getattr(current, name))
    return changed


def announce_contact(*, contact: Contact, changed: list[str] | None = None) -> None:
    """Publish what `create_contact` or `change_contact` would, for who has saved the row itself.

    `changed` names the columns that were changed; None says that the contact is new.
    """
    if changed is None:
        publish(ContactCreated(contact_id=contact.pk))
    elif "email" in changed:
        publish(ContactEmailChanged(contact_id=contact.pk))


def mark_profile_seen(*, contact: Contact) -> bool:
    """The profile is shown once (product reference 3.3). True the first time."""
    first = Contact.objects.filter(pk=contact.pk, has_seen_profile=False)
    contact.has_seen_profile = True
    return bool(first.update(has_seen_profile=True))


def normalize_email(text: str) -> str:
    """The one form in which addresses are stored and compared."""
    return unicodedata.normalize("NFC", text.strip()).lower()


def normalize_contact_phone(text: str) -> str:
    """E.164 as dialed in the company's country; empty stays empty. Raises InvalidPhoneNumber."""
    if not text.strip():
        return ""
    try:
        return normalize_phone(text, region=get_company().phone_region)
    except InvalidPhone as error:
        raise InvalidPhoneNumber(error.reason) from error


def _fill(contact: Contact, details: ContactDetails) -> list[str]:
    values: dict[str, object] = dict(details)
    if "email" in details:
        values["email"] = normalize_email(details["email"])
    if "phone" in details:
        values["phone"] = normalize_contact_phone(details["phone"])
    for name in ("first_name", "last_name"):
        if name in values:
            values[name] = " ".join(str(values[name]).split())
    changed = sorted(name for name, value in values.items() if getattr(contact, name) != value)
    for name in changed:
        setattr(contact, name, values[name])
    return changed


def _save(contact: Contact, changed: list[str] | None = None) -> None:
    taken = Contact.objects.filter(email__iexact=contact.email).exclude(pk=contact.pk)
    if contact.email and taken.exists():
        raise EmailTaken
    contact.full_clean(exclude={"account", "user"})
    try:
        with transaction.atomic():
            contact.save(update_fields=changed)
    except IntegrityError as error:
        raise EmailTaken from error
