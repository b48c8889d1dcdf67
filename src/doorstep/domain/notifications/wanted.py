"""Is a message still true, and still wanted? Asked when it is written and before it is sent."""

from datetime import datetime

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.customers.models import Account, Contact, Invitation, InvitationKind

from .message_types import MESSAGE_TYPES, PASSWORD_RESET, About
from .models import Message
from .reasons import Reason


def refusal(message: Message, *, now: datetime) -> Reason | None:
    """Why the message must not go out, or None. Reads rows, changes nothing."""
    match MESSAGE_TYPES[message.message_type].about:
        case About.BOOKING:
            return _about_booking(message.booking, now) or _about_contact(message.contact)
        case About.INVITATION:
            return _about_invitation(message.invitation, now) or _about_contact(message.contact)
        case About.SIGN_IN:
            return _about_sign_in(message)
        case About.STAFF:
            return None


def _about_booking(booking: Booking | None, now: datetime) -> Reason | None:
    if booking is None:
        return Reason.BOOKING_GONE
    if booking.parent_status is ParentStatus.CANCELED:
        return Reason.BOOKING_CANCELED
    if booking.promised_to < now:
        return Reason.VISIT_OVER
    order = booking.work_order
    kind = order.work_order_type or order.incident_type.work_order_type
    if kind and kind.is_excluded:
        return Reason.TYPE_EXCLUDED
    return _about_account(order.account)


def _about_invitation(invitation: Invitation | None, now: datetime) -> Reason | None:
    if invitation is None:
        return Reason.INVITATION_GONE
    if invitation.is_revoked:
        return Reason.INVITATION_REVOKED
    if invitation.expires_at and invitation.expires_at <= now:
        return Reason.INVITATION_EXPIRED
    contact = invitation.contact
    is_single = invitation.kind == InvitationKind.SINGLE
    has_sign_in = is_single and contact is not None and contact.user_id is not None
    if has_sign_in or invitation.redemption_count >= invitation.max_redemptions:
        return Reason.INVITATION_USED
    if contact and not contact.allows_sign_in:
        return Reason.SIGN_IN_NOT_ALLOWED
    return _about_account(invitation.account)


def _about_contact(contact: Contact | None) -> Reason | None:
    if contact is None:
        return Reason.CONTACT_GONE
    if not contact.is_active:
        return Reason.CONTACT_INACTIVE
    if not contact.email:
        return Reason.NO_ADDRESS
    return _about_account(contact.account)


def _about_account(account: Account) -> Reason | None:
    if account.is_excluded:
        return Reason.ACCOUNT_EXCLUDED
    if not account.is_active:
        return Reason.ACCOUNT_INACTIVE
    return None


def _about_sign_in(message: Message) -> Reason | None:
    """It goes to the address it was made for: a new one is being confirmed, an old one warned.

    Only a password reset must still be the person's own address when it leaves.
    """
    user, contact, address = message.user, message.contact, message.address.lower()
    if user is None and (contact is None or contact.email.lower() != address):
        return Reason.STRANGER
    if user is not None and not user.is_active:
        return Reason.USER_GONE
    is_reset = message.message_type == PASSWORD_RESET.name
    if is_reset and (user is None or user.email.lower() != address):
        return Reason.NOT_THE_SIGN_IN_ADDRESS
    return _about_account(contact.account) if contact else None
