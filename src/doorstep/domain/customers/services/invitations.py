"""Invite to the portal: by hand as often as wanted, by itself once per address (reference 3.1)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from doorstep.domain.organization.models import Portal
from doorstep.platform.audit.services import SYSTEM, Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.lib.secrets import decrypt, encrypt
from doorstep.platform.lib.tokens import digest, new_short_code, normalize_code

from ..errors import GroupNeedsAccount, HasSignIn, NotInvitable
from ..events import InvitationCreated
from ..models import Account, Contact, Invitation, InvitationKind, InvitedAddress
from .contacts import normalize_email


@transaction.atomic
def create_invitation(
    *,
    portal: Portal,
    actor: Actor,
    contact: Contact | None = None,
    account: Account | None = None,
    kind: InvitationKind = InvitationKind.SINGLE,
    expires_at: datetime | None = None,
    max_redemptions: int = 1,
    by_email: bool = True,
    is_automatic: bool = False,
) -> tuple[Invitation, str]:
    """The invitation and its code, which is stored encrypted and found by its digest.

    A single one is for `contact`, a group one for `account`. InvitationCreated is published only
    `by_email`, and if there is an address to send it to. Raises GroupNeedsAccount, NotInvitable,
    HasSignIn.
    """
    account = contact.account if contact else account
    if account is None or (kind == InvitationKind.SINGLE) != (contact is not None):
        raise GroupNeedsAccount
    if not (contact.may_use_portal if contact else account.may_use_portal):
        raise NotInvitable
    if contact and contact.user_id:
        raise HasSignIn(contact=contact)
    code = new_short_code()
    invitation = Invitation.objects.create(
        kind=kind,
        portal=portal,
        account=account,
        contact=contact,
        code_digest=digest(normalize_code(code)),
        code_encrypted=encrypt(code),
        expires_at=expires_at,
        max_redemptions=1 if kind == InvitationKind.SINGLE else max_redemptions,
        is_automatic=is_automatic,
        created_by=actor.user,
    )
    record(actor=actor, action="created", obj=invitation)
    if by_email and contact and contact.email:
        publish(InvitationCreated(invitation_id=invitation.pk))
    return invitation, code


def invite_automatically(*, contact_id: int) -> Invitation | None:
    """Invite a contact by itself, if some portal wants that; None if nobody is to be invited.

    An address gets this once for ever, even when its contact is deleted and made anew.
    """
    portal = Portal.objects.filter(invites_new_contacts=True).order_by("-is_default", "pk").first()
    return _invite_once(contact_id, portal, SYSTEM) if portal else None


def invite_all_existing(*, portal: Portal, actor: Actor) -> int:
    """Invite every contact who has not had an automatic invitation; returns how many that were.

    Each in a transaction of its own: what was interrupted goes on when called again.
    """
    candidates = Contact.objects.filter(user__isnull=True).exclude(email="").order_by("pk")
    ids = candidates.values_list("pk", flat=True)
    return sum(_invite_once(contact_id, portal, actor) is not None for contact_id in list(ids))


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: Actor) -> bool:
    """Its code opens nothing any more. False if that was so already."""
    changed = Invitation.objects.filter(pk=invitation.pk, is_revoked=False).update(is_revoked=True)
    invitation.is_revoked = True
    if changed:
        record(actor=actor, action="revoked", obj=invitation)
    return bool(changed)


@transaction.atomic
def extend_invitation(
    *, invitation: Invitation, expires_at: datetime | None, actor: Actor
) -> Invitation:
    """Valid until then, or for ever; also after it had expired. A revoked one stays revoked."""
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=expires_at)
    invitation.expires_at = expires_at
    until = expires_at.isoformat() if expires_at else None
    record(actor=actor, action="extended", obj=invitation, data={"expires_at": until})
    return invitation


def code_of(invitation: Invitation) -> str:
    """The code, for the office to read out. Raises SecretUnreadable when its key is gone."""
    return decrypt(invitation.code_encrypted)


@transaction.atomic
def _invite_once(contact_id: int, portal: Portal, actor: Actor) -> Invitation | None:
    contact = Contact.objects.select_related("account").filter(pk=contact_id).first()
    if contact is None or contact.user_id or not (contact.email and contact.may_use_portal):
        return None
    try:
        with transaction.atomic():
            InvitedAddress.objects.create(email=normalize_email(contact.email))
    except IntegrityError:
        return None
    invitation, _code = create_invitation(
        portal=portal, contact=contact, actor=actor, is_automatic=True
    )
    return invitation
