"""Change who signs in."""

from allauth.account.models import EmailAddress
from django.db import transaction

from .models import User


@transaction.atomic
def adopt_email(*, user: User) -> None:
    """After a user's e-mail was changed by staff: sign-in goes by the new address alone.

    allauth keeps addresses in a table of its own and would go on accepting the old one.
    """
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
