"""Decide about invitations and mails of the sign-in pages, and write the row in either case.

Every function may be called twice for one cause: the second call returns the first one's row.
News of visits is decided in visits.py, news for the office in staff.py.
"""

import json
from datetime import datetime

from django.db import transaction

from doorstep.domain.customers.models import Contact, Invitation
from doorstep.domain.notifications.message_types import ACCOUNT_MAIL, INVITATION, PASSWORD_RESET
from doorstep.domain.notifications.models import Channel, Message, MessageState
from doorstep.domain.notifications.quiet import quiet_until
from doorstep.domain.notifications.recipients import (
    find_contact_of_user,
    language_of,
    portal_of,
)
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.notifications.wanted import refusal
from doorstep.domain.organization.models import Portal
from doorstep.platform.identity.models import User
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.secrets import encrypt

from .write import write


@transaction.atomic
def compose_invitation(*, invitation_id: int, now: datetime, occasion: str = "") -> Message | None:
    """Tell the invited contact; None for a group invitation that names nobody.

    `occasion` tells one sending from another when the office sends the same invitation again.
    Raises Invitation.DoesNotExist.
    """
    invitation = Invitation.objects.select_related("portal", "contact__account").get(
        pk=invitation_id
    )
    if invitation.contact is None:
        return None
    return _compose(
        Message(
            message_type=INVITATION.name,
            dedupe_key=f"{INVITATION.name}:{invitation.pk}:{occasion}:{Channel.EMAIL}",
            portal=invitation.portal,
            invitation=invitation,
            contact=invitation.contact,
        ),
        now=now,
    )


@transaction.atomic
def compose_password_reset(
    *, user: User, address: str, url: str, portal: Portal | None, dedupe_key: str, now: datetime
) -> Message:
    """`url` is absolute and holds the secret that lets its reader choose a password."""
    message = Message(
        message_type=PASSWORD_RESET.name,
        dedupe_key=f"{PASSWORD_RESET.name}:{dedupe_key}",
        portal=portal,
        user=user,
        contact=find_contact_of_user(user),
        address=address,
    )
    return _compose(message, now=now, context={"url": url})


@transaction.atomic
def compose_account_mail(
    *,
    kind: str,
    user: User | None,
    address: str,
    values: dict[str, str],
    portal: Portal | None,
    dedupe_key: str,
    now: datetime,
) -> Message:
    """A mail of the sign-in pages; `kind` is a key of account_mails.ACCOUNT_MAILS."""
    contact = (
        find_contact_of_user(user)
        if user
        else Contact.objects.select_related("account").filter(email__iexact=address).first()
    )
    message = Message(
        message_type=ACCOUNT_MAIL.name,
        dedupe_key=f"{ACCOUNT_MAIL.name}:{dedupe_key}",
        portal=portal,
        user=user,
        contact=contact,
        address=address,
    )
    return _compose(message, now=now, context={"kind": kind, **values})


def _compose(message: Message, *, now: datetime, context: dict[str, str] | None = None) -> Message:
    if message.contact and not message.address:
        message.address = message.contact.email
    message.language = language_of(message)
    message.due_at = database_now()
    if context:
        message.context_encrypted = encrypt(json.dumps(context))
    settings = settings_of(portal_of(message))
    reason = refusal(message, now=now, settings=settings)
    if reason:
        message.state, message.reason = MessageState.SUPPRESSED, reason
    quiet = quiet_until(message, settings, now=now)
    if quiet is not None:
        message.due_at += quiet - now
    return write([message], now=now)[0]
