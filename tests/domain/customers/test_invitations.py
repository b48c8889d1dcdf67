"""Invitations: by hand again and again, by themselves once per address for ever."""

from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.customers.errors import (
    GroupNeedsAccount,
    HasSignIn,
    InvitationInvalid,
    NotInvitable,
)
from doorstep.domain.customers.events import ContactCreated, ContactEmailChanged
from doorstep.domain.customers.models import Contact, Invitation, InvitationKind
from doorstep.domain.customers.services.invitations import (
    code_of,
    create_invitation,
    extend_invitation,
    invite_all_existing,
    invite_automatically,
    revoke_invitation,
)
from doorstep.domain.customers.services.redemption import find_invitation
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM, Actor
from doorstep.platform.events.registry import subscribers_of
from tests.factories.customers import acme, carol, make_account, make_contact
from tests.factories.identity import otto
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db


def mails() -> list[int]:
    """Ids of the invitations that are to be sent."""
    jobs = ProcrastinateJob.objects.filter(args__event__endswith=".InvitationCreated")
    return [job.args["data"]["invitation_id"] for job in jobs.order_by("pk")]


# --- By hand -----------------------------------------------------------------------------------


def test_the_code_is_not_stored_in_the_clear(now: datetime) -> None:
    invitation, code = create_invitation(portal=make_portal(), contact=make_contact(), actor=SYSTEM)

    stored = Invitation.objects.values_list().get()
    assert all(code not in str(value) for value in stored)
    assert code_of(invitation) == code
    assert find_invitation(code=code, now=now) == invitation


def test_an_invitation_by_mail_is_news() -> None:
    invitation, _code = create_invitation(
        portal=make_portal(), contact=make_contact(), actor=SYSTEM
    )

    assert mails() == [invitation.pk]


@pytest.mark.parametrize(("email", "by_email"), [("", True), ("ann@example.com", False)])
def test_without_mail_there_is_nothing_to_send(email: str, by_email: bool) -> None:
    create_invitation(
        portal=make_portal(), contact=make_contact(email=email), by_email=by_email, actor=SYSTEM
    )

    assert mails() == []


def test_by_hand_one_contact_may_be_invited_again_and_again(now: datetime) -> None:
    portal, contact = make_portal(), make_contact()

    codes = {
        create_invitation(portal=portal, contact=contact, actor=SYSTEM)[1] for _each in range(3)
    }

    assert len(codes) == 3


def test_who_can_sign_in_is_not_invited() -> None:
    with pytest.raises(HasSignIn, match="Carol"):
        create_invitation(portal=make_portal(), contact=carol(), actor=SYSTEM)


@pytest.mark.parametrize("change", [{"is_active": False}, {"allows_sign_in": False}])
def test_who_may_not_sign_in_is_not_invited(change: dict[str, bool]) -> None:
    with pytest.raises(NotInvitable):
        create_invitation(portal=make_portal(), contact=make_contact(**change), actor=SYSTEM)


def test_a_group_is_a_group_of_an_account() -> None:
    invitation, _code = create_invitation(
        portal=make_portal(),
        account=acme(),
        kind=InvitationKind.GROUP,
        max_redemptions=5,
        actor=SYSTEM,
    )

    assert (invitation.account, invitation.contact, invitation.max_redemptions) == (
        acme(), None, 5,
    )  # fmt: skip


def test_an_excluded_account_is_not_invited() -> None:
    with pytest.raises(NotInvitable):
        create_invitation(
            portal=make_portal(),
            account=make_account(is_excluded=True),
            kind=InvitationKind.GROUP,
            actor=SYSTEM,
        )


@pytest.mark.parametrize("kind", InvitationKind)
def test_an_invitation_is_for_somebody(kind: InvitationKind) -> None:
    with pytest.raises(GroupNeedsAccount):
        create_invitation(portal=make_portal(), kind=kind, actor=SYSTEM)


def test_who_invited_is_known() -> None:
    invitation, _code = create_invitation(
        portal=make_portal(), contact=make_contact(), actor=Actor(Source.OFFICE, otto())
    )

    assert invitation.created_by == otto()
    assert history_of(invitation).get().actor == otto()


# --- By themselves -----------------------------------------------------------------------------


def test_a_new_contact_is_invited_by_itself() -> None:
    portal, contact = make_portal(invites_new_contacts=True), make_contact()

    invitation = invite_automatically(contact_id=contact.pk)

    assert invitation
    assert (invitation.portal, invitation.contact, invitation.is_automatic) == (
        portal, contact, True,
    )  # fmt: skip


def test_new_contacts_and_new_addresses_are_heard_of() -> None:
    heard = [set(subscribers_of(event)) for event in (ContactCreated, ContactEmailChanged)]

    assert heard == [
        {"doorstep.domain.customers.subscribers.invite_new_contact"},
        {"doorstep.domain.customers.subscribers.invite_new_address"},
    ]


def test_nobody_is_invited_while_no_portal_wants_it() -> None:
    make_portal(invites_new_contacts=False)

    assert invite_automatically(contact_id=make_contact().pk) is None


def test_an_address_is_invited_once() -> None:
    make_portal(invites_new_contacts=True)
    contact = make_contact()
    invite_automatically(contact_id=contact.pk)

    assert invite_automatically(contact_id=contact.pk) is None


def test_an_address_is_not_invited_again_when_its_contact_was_deleted_and_made_anew() -> None:
    make_portal(invites_new_contacts=True)
    contact = make_contact(email="ann@example.com")
    invite_automatically(contact_id=contact.pk)
    contact.delete()

    again = make_contact(email="ann@example.com")

    assert invite_automatically(contact_id=again.pk) is None
    assert create_invitation(portal=make_portal(), contact=again, actor=SYSTEM)


@pytest.mark.parametrize("change", [{"email": ""}, {"allows_sign_in": False}, {"is_active": False}])
def test_who_cannot_use_an_invitation_gets_none(change: dict[str, object]) -> None:
    make_portal(invites_new_contacts=True)

    assert invite_automatically(contact_id=make_contact(**change).pk) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_excluded": True}])
def test_contacts_of_closed_accounts_get_none(change: dict[str, bool]) -> None:
    make_portal(invites_new_contacts=True)
    contact = make_contact(account=make_account(**change))

    assert invite_automatically(contact_id=contact.pk) is None


def test_who_can_sign_in_already_gets_none() -> None:
    make_portal(invites_new_contacts=True)

    assert invite_automatically(contact_id=carol().pk) is None


def test_a_contact_who_is_gone_gets_none() -> None:
    make_portal(invites_new_contacts=True)

    assert invite_automatically(contact_id=1234567) is None


def test_a_contact_left_out_once_is_invited_when_all_is_well() -> None:
    make_portal(invites_new_contacts=True)
    contact = make_contact(allows_sign_in=False)
    invite_automatically(contact_id=contact.pk)
    Contact.objects.update(allows_sign_in=True)

    assert invite_automatically(contact_id=contact.pk)


def test_all_existing_contacts_are_invited_once() -> None:
    portal = make_portal()
    make_contact(), make_contact(), make_contact(email=""), carol()

    assert invite_all_existing(portal=portal, actor=SYSTEM) == 2
    assert invite_all_existing(portal=portal, actor=SYSTEM) == 0


# --- Revoke and extend -------------------------------------------------------------------------


def test_a_revoked_invitation_opens_nothing(now: datetime) -> None:
    invitation, code = create_invitation(portal=make_portal(), contact=make_contact(), actor=SYSTEM)

    assert revoke_invitation(invitation=invitation, actor=SYSTEM)
    assert not revoke_invitation(invitation=invitation, actor=SYSTEM)

    with pytest.raises(InvitationInvalid):
        find_invitation(code=code, now=now)


def test_an_expired_invitation_opens_again_when_extended(now: datetime) -> None:
    invitation, code = create_invitation(
        portal=make_portal(), contact=make_contact(), expires_at=now, actor=SYSTEM
    )

    extend_invitation(invitation=invitation, expires_at=now + timedelta(days=1), actor=SYSTEM)

    assert find_invitation(code=code, now=now) == invitation
