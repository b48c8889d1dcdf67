"""Is a message still true, still wanted, still allowed? Asked when it is written and again at the
moment of sending: what was right then may be wrong now."""

from datetime import datetime, timedelta

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.customers.models import Account, Contact, Invitation, InvitationKind
from doorstep.domain.organization.models import Company
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.tracking.services.outlook import last_delay

from .channels import obstacle_to
from .message_types import (
    BOOKING_CANCELED,
    BOOKING_COMPLETED,
    BOOKING_REMINDER,
    BOOKING_RESCHEDULED,
    MESSAGE_TYPES,
    PASSWORD_RESET,
    RUNNING_LATE,
    TECHNICIAN_TRAVELING,
    About,
)
from .models import Channel, Message, MessageSettings
from .reasons import Reason
from .recipients import portal_of
from .selectors import settings_of, told_about
from .services.consent import wishes_of


def refusal(
    message: Message,
    *,
    now: datetime,
    settings: MessageSettings | None = None,
    company: Company | None = None,
    is_way_open: bool = False,
) -> Reason | None:
    """Why the message must not go out, or None. Reads rows, changes nothing.

    `settings` and `company` spare reading them again; `is_way_open`: the caller has just asked
    whether the address may be written to. A test that staff send to themselves is about no visit's
    state; only the fence and the recipient's own wish hold it.
    """
    if not _is_allowed(message, company or get_company()):
        return Reason.NOT_ALLOWED
    if message.is_test:
        refuses = wishes_of(Channel(message.channel), message.address).refuses_all
        return Reason.OPTED_OUT if refuses else None
    kind = MESSAGE_TYPES[message.message_type]
    if kind.is_switchable:
        settings = settings or settings_of(portal_of(message))
        if kind.name in settings.switched_off:
            return Reason.SWITCHED_OFF
    match kind.about:
        case About.BOOKING:
            return (
                _about_booking(message, now, settings or MessageSettings())
                or _about_contact(message.contact)
                or (None if is_way_open else _about_way(message))
            )
        case About.INVITATION:
            return (
                _about_invitation(message.invitation, now)
                or _about_contact(message.contact)
                or _about_way(message)
            )
        case About.SIGN_IN:
            return _about_sign_in(message)
        case About.STAFF:
            return None


# --- The visit -------------------------------------------------------------------------------


def _about_booking(message: Message, now: datetime, settings: MessageSettings) -> Reason | None:
    booking = message.booking
    if booking is None:
        return Reason.BOOKING_GONE
    return _about_its_state(message, booking, now, settings) or _about_order(booking)


def _about_its_state(
    message: Message, booking: Booking, now: datetime, settings: MessageSettings
) -> Reason | None:
    status = booking.parent_status
    kind = message.message_type
    if kind == BOOKING_COMPLETED.name:
        return None if status is ParentStatus.COMPLETED else Reason.NOT_COMPLETED
    if kind == BOOKING_CANCELED.name:
        return _about_cancellation(message, booking, now)
    if status is ParentStatus.CANCELED:
        return Reason.BOOKING_CANCELED
    if kind == TECHNICIAN_TRAVELING.name:
        if not portal_of(message).is_tracking_enabled:
            return Reason.TRACKING_OFF
        return None if status is ParentStatus.TRAVELING else Reason.NOT_TRAVELING
    if kind == RUNNING_LATE.name:
        return _about_delay(message, booking)
    if status is ParentStatus.COMPLETED or booking.promised_to < now:
        return Reason.VISIT_OVER
    if kind == BOOKING_REMINDER.name:
        return _about_reminder(message, booking, now)
    if kind == BOOKING_RESCHEDULED.name:
        return _about_move(message, booking, settings)
    return None


def _about_cancellation(message: Message, booking: Booking, now: datetime) -> Reason | None:
    if booking.parent_status is not ParentStatus.CANCELED:
        return Reason.NOT_CANCELED
    if booking.promised_to < now:
        return Reason.VISIT_OVER
    told = told_about(booking.pk, but=message.occasion)
    return None if told.from_at else Reason.NEVER_TOLD


def _about_reminder(message: Message, booking: Booking, now: datetime) -> Reason | None:
    if booking.promised_from <= now:
        return Reason.BEGUN
    if booking.parent_status is not ParentStatus.SCHEDULED:
        return Reason.BEGUN
    if message.told_from and message.told_from != booking.promised_from:
        return Reason.MOVED_SINCE
    return None


def _about_delay(message: Message, booking: Booking) -> Reason | None:
    """Of use until the technician is there, past the promised time or not."""
    if booking.parent_status not in (ParentStatus.SCHEDULED, ParentStatus.TRAVELING):
        return Reason.BEGUN
    delay = last_delay(booking)
    if delay is None:
        return Reason.MOVED_SINCE
    if message.occasion != delay_occasion(booking.pk, delay.pk):
        return Reason.NEWER_DELAY
    told = told_about(booking.pk, but=message.occasion)
    return None if told.from_at else Reason.NEVER_TOLD


def delay_occasion(booking_id: int, delay_id: int) -> str:
    return f"{RUNNING_LATE.name}:{booking_id}:{delay_id}"


def _about_move(message: Message, booking: Booking, settings: MessageSettings) -> Reason | None:
    """Compared with the start the customer was told last, so that small moves add up."""
    told = told_about(booking.pk, but=message.occasion, channel=Channel(message.channel))
    if told.is_another_waiting:
        return Reason.ANOTHER_TELLS
    if told.from_at is None:
        return Reason.NEVER_TOLD
    moved = abs(booking.promised_from - told.from_at)
    if not moved:
        return Reason.NOTHING_CHANGED
    if moved <= timedelta(minutes=settings.reschedule_minutes):
        return Reason.SMALL_CHANGE
    return None


def _about_order(booking: Booking) -> Reason | None:
    order = booking.work_order
    kind = order.work_order_type or order.incident_type.work_order_type
    if kind and kind.is_excluded:
        return Reason.TYPE_EXCLUDED
    return _about_account(order.account)


# --- Who is told -----------------------------------------------------------------------------


def _about_contact(contact: Contact | None) -> Reason | None:
    if contact is None:
        return Reason.CONTACT_GONE
    if not contact.is_active:
        return Reason.CONTACT_INACTIVE
    return _about_account(contact.account)


def _about_way(message: Message) -> Reason | None:
    """Goes by the address of this moment: it may have changed since the message was written."""
    assert message.contact is not None
    channel = Channel(message.channel)
    address = message.contact.phone if channel == Channel.SMS else message.contact.email
    kind = MESSAGE_TYPES[message.message_type]
    return obstacle_to(channel, address, kind=kind, portal=portal_of(message))


def _about_account(account: Account) -> Reason | None:
    if account.is_excluded:
        return Reason.ACCOUNT_EXCLUDED
    if not account.is_active:
        return Reason.ACCOUNT_INACTIVE
    return None


def _is_allowed(message: Message, company: Company) -> bool:
    address = message.address
    if message.contact and MESSAGE_TYPES[message.message_type].about is not About.SIGN_IN:
        contact = message.contact
        address = contact.phone if message.channel == Channel.SMS else contact.email
    return is_within_fence(address, company)


def is_within_fence(address: str, company: Company) -> bool:
    """The fence of the company settings: whole addresses, or @ and a domain."""
    allowed = {line.strip().lower() for line in company.allowed_recipients.splitlines()} - {""}
    address = address.lower()
    return not allowed or address in allowed or "@" + address.rpartition("@")[2] in allowed


# --- Invitations and sign-in -----------------------------------------------------------------


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
