"""What a customer may see. Pages get contacts and assets from here and nowhere else."""

from django.db.models.query import QuerySet

from doorstep.platform.identity.models import User
from doorstep.platform.lib.rows import joined_as, run, select_joined

from .models import Account, Contact, CustomerAsset

_ABOUT_USER = ((Contact, "contact"), (Account, "account"))
_OF_USER = """
  FROM customers_contact AS contact
  JOIN customers_account AS account ON account.id = contact.account_id
 WHERE contact.user_id = %s
"""


def find_contact_of(user_id: int) -> Contact | None:
    """The contact who signs in as this user, with the account, whatever she may do; prepared, for
    every page asks for it."""
    rows = run(select_joined(_ABOUT_USER, _OF_USER), [user_id])
    if not rows:
        return None
    contact, contact.account = joined_as(_ABOUT_USER, rows[0])
    assert isinstance(contact, Contact)
    return contact


def contact_of(user: User) -> Contact | None:
    """The contact who signs in as this user, with the account; None for anybody else, and for one
    who may not use the portal (any more)."""
    contact = find_contact_of(user.pk)
    return contact if contact and user.is_active and contact.may_use_portal else None


def assets_of(contact: Contact) -> QuerySet[CustomerAsset]:
    """The assets in use of her account, each with the locations its place is read from."""
    return CustomerAsset.objects.filter(account=contact.account_id, is_active=True).select_related(
        "account", "location__parent__parent__parent"
    )


def get_asset(asset_id: int | str, *, contact: Contact) -> CustomerAsset:
    """One of `assets_of`. Raises CustomerAsset.DoesNotExist for anything else, nonsense too."""
    text = str(asset_id)
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise CustomerAsset.DoesNotExist
    return assets_of(contact).get(pk=int(text))
