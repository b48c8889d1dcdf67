"""A code turns a sign-in into a contact, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from doorstep.domain.customers.errors import InvitationInvalid, SignInTaken
from doorstep.domain.customers.models import (
    Account,
    Contact,
    Invitation,
    InvitationKind,
    InvitationRedemption,
)
from doorstep.domain.customers.services.invitations import create_invitation
from doorstep.domain.customers.services.redemption import find_invitation, redeem_invitation
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.identity.models import User
from tests.factories.customers import acme, carol, make_account, make_contact
from tests.factories.identity import dana, make_user
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db


def single(contact: Contact | None = None, expires_at: datetime | None = None) -> str:
    """The code of a fresh invitation for one contact."""
    _invitation, code = create_invitation(
        portal=make_portal(),
        contact=contact or make_contact(),
        expires_at=expires_at,
        actor=SYSTEM,
    )
    return code


def group(account: Account | None = None, times: int = 5) -> str:
    _invitation, code = create_invitation(
        portal=make_portal(),
        account=account or acme(),
        kind=InvitationKind.GROUP,
        max_redemptions=times,
        actor=SYSTEM,
    )
    return code


# --- Codes -------------------------------------------------------------------------------------


def test_a_code_may_be_typed_as_people_type(now: datetime) -> None:
    code = single()

    assert find_invitation(code=f" {code.lower().replace('-', ' ')} ", now=now)


@pytest.mark.parametrize("code", ["", "nonsense", "\0", "Ω" * 5, "0" * 10_000_000])
def test_an_unknown_code_opens_nothing(code: str, now: datetime) -> None:
    with pytest.raises(InvitationInvalid):
        find_invitation(code=code, now=now)


def test_a_code_opens_nothing_from_the_moment_it_expires(now: datetime) -> None:
    code = single(expires_at=now)

    assert find_invitation(code=code, now=now - timedelta(seconds=1))
    with pytest.raises(InvitationInvalid):
        find_invitation(code=code, now=now)


@pytest.mark.parametrize("change", [{"is_active": False}, {"allows_sign_in": False}])
def test_a_code_opens_nothing_for_who_may_not_sign_in(
    change: dict[str, bool], now: datetime
) -> None:
    code = single()
    Contact.objects.update(**change)

    with pytest.raises(InvitationInvalid):
        find_invitation(code=code, now=now)


def test_a_code_opens_nothing_for_an_excluded_account(now: datetime) -> None:
    code = group()
    Account.objects.update(is_excluded=True)

    with pytest.raises(InvitationInvalid):
        find_invitation(code=code, now=now)


def test_a_code_goes_with_its_contact(now: datetime) -> None:
    contact = make_contact()
    code = single(contact)
    contact.delete()

    with pytest.raises(InvitationInvalid):
        find_invitation(code=code, now=now)


def test_all_reasons_read_the_same(now: datetime) -> None:
    texts = set()
    for code in ("nonsense", single(expires_at=now)):
        with pytest.raises(InvitationInvalid) as refusal:
            find_invitation(code=code, now=now)
        texts.add(str(refusal.value))

    assert len(texts) == 1


# --- Single ------------------------------------------------------------------------------------


def test_a_single_invitation_makes_the_user_its_contact(now: datetime) -> None:
    contact, user = make_contact(), make_user()

    redeem_invitation(code=single(contact), user=user, now=now)

    assert Contact.objects.get(user=user) == contact
    redemption = InvitationRedemption.objects.get()
    assert (redemption.contact, redemption.user) == (contact, user)


def test_another_address_than_the_contacts_will_do_and_leaves_it(now: datetime) -> None:
    contact = make_contact(email="ann@example.com")

    redeem_invitation(code=single(contact), user=make_user(email="other@example.com"), now=now)

    contact.refresh_from_db()
    assert contact.email == "ann@example.com"


def test_a_contact_without_address_gets_that_of_the_sign_in(now: datetime) -> None:
    contact = make_contact(email="")

    redeem_invitation(code=single(contact), user=make_user(email="ann@example.com"), now=now)

    contact.refresh_from_db()
    assert contact.email == "ann@example.com"


def test_a_single_invitation_is_used_up_at_once(now: datetime) -> None:
    code = single()
    redeem_invitation(code=code, user=make_user(), now=now)

    with pytest.raises(InvitationInvalid):
        redeem_invitation(code=code, user=make_user(), now=now)


def test_two_invitations_of_one_contact_make_one_sign_in(now: datetime) -> None:
    contact = make_contact()
    first, second = single(contact), single(contact)
    redeem_invitation(code=first, user=make_user(), now=now)

    with pytest.raises(InvitationInvalid):
        redeem_invitation(code=second, user=make_user(), now=now)


def test_who_is_a_contact_already_does_not_become_a_second(now: datetime) -> None:
    user = carol().user
    assert user

    with pytest.raises(SignInTaken):
        redeem_invitation(code=single(), user=user, now=now)


def test_staff_do_not_become_customers(now: datetime) -> None:
    with pytest.raises(SignInTaken):
        redeem_invitation(code=single(), user=dana(), now=now)


def test_a_refused_redemption_is_not_counted(now: datetime) -> None:
    code = single()

    with pytest.raises(SignInTaken):
        redeem_invitation(code=code, user=dana(), now=now)

    assert Invitation.objects.get().redemption_count == 0


# --- Group -------------------------------------------------------------------------------------


def test_a_group_invitation_makes_a_new_contact(now: datetime) -> None:
    user = make_user(email="new@example.com")

    contact = redeem_invitation(
        code=group(), user=user, now=now, first_name=" Nora ", last_name="New"
    )

    assert (contact.account, contact.user, contact.email) == (acme(), user, "new@example.com")
    assert contact.full_name == "Nora New"


def test_a_group_invitation_finds_the_contact_by_address(now: datetime) -> None:
    known = make_contact(account=acme(), email="ann@example.com")

    contact = redeem_invitation(code=group(), user=make_user(email="Ann@example.com"), now=now)

    assert contact == known


def test_a_group_invitation_does_not_take_the_contact_of_another_account(now: datetime) -> None:
    known = make_contact(account=make_account(), email="ann@example.com")

    with pytest.raises(InvitationInvalid):
        redeem_invitation(code=group(), user=make_user(email="ann@example.com"), now=now)

    known.refresh_from_db()
    assert known.user is None


def test_a_group_invitation_does_not_take_over_a_sign_in(now: datetime) -> None:
    known = carol()
    User.objects.update(email="somebody@example.com")

    with pytest.raises(InvitationInvalid):
        redeem_invitation(code=group(), user=make_user(email="carol@example.com"), now=now)

    assert Contact.objects.get(pk=known.pk).user == known.user


def test_a_group_invitation_is_used_up_after_so_many(now: datetime) -> None:
    code = group(times=2)
    for _each in range(2):
        redeem_invitation(code=code, user=make_user(), now=now)

    with pytest.raises(InvitationInvalid):
        redeem_invitation(code=code, user=make_user(), now=now)


# --- At once -----------------------------------------------------------------------------------


def at_once(count: int, sign_up: Callable[[int], object]) -> list[str]:
    """What `count` who all wait for each other get: "in" or "out"."""
    barrier = Barrier(count)

    def one(number: int) -> str:
        try:
            barrier.wait(10)
            with transaction.atomic():
                sign_up(number)
        except InvitationInvalid:
            return "out"
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(count) as threads:
        return sorted(threads.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_redeem_at_once_one_gets_in_and_no_user_is_left_over(now: datetime) -> None:
    code = single()

    results = at_once(6, lambda _number: redeem_invitation(code=code, user=make_user(), now=now))

    assert results == ["in"] + ["out"] * 5
    assert User.objects.count() == 1
    assert Invitation.objects.get().redemption_count == 1


@pytest.mark.django_db(transaction=True)
def test_two_invitations_redeemed_at_once_make_one_sign_in(now: datetime) -> None:
    contact = make_contact()
    codes = [single(contact), single(contact)]

    results = at_once(
        2, lambda number: redeem_invitation(code=codes[number], user=make_user(), now=now)
    )

    assert results == ["in", "out"]
    assert User.objects.count() == 1
