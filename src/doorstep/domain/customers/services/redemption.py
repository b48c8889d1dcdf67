"""Redeem an invitation: its code turns a new sign-in into a contact."""

from datetime import datetime

from django.db import IntegrityError, transaction

from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role
from doorstep.platform.lib.tokens import digest, normalize_code

from ..errors import InvitationInvalid, SignInTaken
from ..models import Contact, Invitation, InvitationKind, InvitationRedemption
from .contacts import normalize_email

# Nobody types more, and nobody makes us normalize a megabyte.
_LONGEST_CODE = 100


def find_invitation(*, code: str, now: datetime) -> Invitation:
    """The invitation a code still opens, with portal, account and contact. Changes nothing.

    Raises InvitationInvalid, with the same text whether the code is unknown, expired, revoked or
    used up, or its contact may not use the portal.
    """
    return _check(Invitation.objects.filter(code_digest=_digest(code)).first(), now)


@transaction.atomic
def redeem_invitation(
    *, code: str, user: User, now: datetime, first_name: str = "", last_name: str = ""
) -> Contact:
    """Make `user` the contact of the invitation and count the redemption.

    A single invitation has its contact. A group one takes the account's contact with the user's
    address, or makes a new one with the names given. Call it in the transaction in which the user
    was made: of two who redeem at once one fails, and its user must go. The address must have been
    confirmed before, for it may lead to a contact that exists.

    Raises InvitationInvalid, and SignInTaken for staff and for who is a contact already.
    """
    # "of": the row alone; the contact is locked by itself.
    locked = Invitation.objects.select_for_update(of=("self",))
    invitation = _check(locked.filter(code_digest=_digest(code)).first(), now)
    if user.role != Role.CONTACT or Contact.objects.filter(user=user).exists():
        raise SignInTaken
    if invitation.kind == InvitationKind.SINGLE:
        contact = _claim(invitation, user)
    else:
        contact = _join(invitation, user, first_name, last_name)
    invitation.redemption_count += 1
    invitation.save(update_fields=["redemption_count"])
    InvitationRedemption.objects.create(invitation=invitation, contact=contact, user=user)
    actor = Actor(Source.PORTAL, user)
    record(actor=actor, action="redeemed", obj=invitation, data={"contact": contact.pk})
    record(actor=actor, action="signed up", obj=contact)
    return contact


def _check(invitation: Invitation | None, now: datetime) -> Invitation:
    if invitation is None or invitation.is_revoked:
        raise InvitationInvalid
    if invitation.expires_at is not None and invitation.expires_at <= now:
        raise InvitationInvalid
    if invitation.redemption_count >= invitation.max_redemptions:
        raise InvitationInvalid
    contact = invitation.contact
    if contact is not None and (contact.user_id or not contact.may_use_portal):
        raise InvitationInvalid
    if not invitation.account.may_use_portal:
        raise InvitationInvalid
    return invitation


def _claim(invitation: Invitation, user: User) -> Contact:
    contact = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(invitations=invitation, user__isnull=True)
        .first()
    )
    if contact is None:
        raise InvitationInvalid
    return _link(contact, user)


def _join(invitation: Invitation, user: User, first_name: str, last_name: str) -> Contact:
    email = normalize_email(user.email)
    known = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(email__iexact=email)
        .first()
    )
    if known is None:
        try:
            with transaction.atomic():
                return Contact.objects.create(
                    account=invitation.account,
                    user=user,
                    email=email,
                    first_name=first_name.strip()[:80],
                    last_name=last_name.strip()[:80],
                )
        except IntegrityError as error:
            raise InvitationInvalid from error
    # An address of another account, or of somebody who signs in already, opens nothing.
    if known.account_id != invitation.account_id or known.user_id or not known.may_use_portal:
        raise InvitationInvalid
    return _link(known, user)


def _link(contact: Contact, user: User) -> Contact:
    contact.user = user
    email = normalize_email(user.email)
    if not contact.email and not Contact.objects.filter(email__iexact=email).exists():
        # Invited on paper: from now on messages have somewhere to go.
        contact.email = email
    contact.save(update_fields=["user", "email"])
    return contact


def _digest(code: str) -> str:
    return digest(normalize_code(code[:_LONGEST_CODE]))
