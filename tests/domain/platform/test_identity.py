"""Sign-in identities."""

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.test import Client

from doorstep.domain.customers.models import Account
from doorstep.platform.identity.services import adopt_email
from tests.factories.identity import PASSWORD, dana
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db


def signs_in(email: str) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return "_auth_user_id" in client.session


def test_the_old_address_no_longer_signs_in_after_staff_changed_it() -> None:
    make_portal()
    user = dana()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    user.email = "dana.new@example.com"
    user.save()

    adopt_email(user=user)

    assert not signs_in("dana@example.com")
    assert signs_in("dana.new@example.com")


@pytest.mark.parametrize(("latitude", "longitude"), [(53.0, None), (None, -2.0), (91.0, 0.0)])
def test_half_or_impossible_coordinates_cannot_be_stored(
    latitude: float | None, longitude: float | None
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(name="Nowhere", latitude=latitude, longitude=longitude)
