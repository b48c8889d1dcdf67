"""People who come by a link, and what becomes of links and visits."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from doorstep.domain.bookings.models import Booking, BookingCode, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.customers.models import Account, Contact
from tests.factories.bookings import FRIDAY, window_key

from .journey import hidden

# What may become of a link or its visit; the last code made is meant.
Change = Callable[[], object]


def come(link: str, client: Client | None = None) -> tuple[Client, HttpResponse]:
    """A browser that pressed the link, and the page it ended on."""
    client = client or Client()
    return client, client.get(link, follow=True)


def base_of(visit: Booking) -> str:
    return f"/visit/{visit.code}/"


def move_form(client: Client, visit: Booking) -> dict[str, str]:
    """Friday held; what the button on the review page sends."""
    client.post(f"{base_of(visit)}move/", {"key": window_key(FRIDAY)})
    review = client.get(f"{base_of(visit)}move/review/")
    return {name: hidden(review, name) for name in ("hold", "request_key", "version")}


def cancel_form(client: Client, visit: Booking) -> dict[str, str]:
    page = client.get(f"{base_of(visit)}cancel/")
    return {name: hidden(page, name) for name in ("request_key", "version")}


# --- What closes a link ---------------------------------------------------------------------------


def expire() -> None:
    BookingCode.objects.update(expires_at=timezone.now())


def block() -> None:
    BookingCode.objects.update(blocked_at=timezone.now())


def remove_contact() -> None:
    BookingCode.objects.update(contact=None)


def deactivate_contact() -> None:
    Contact.objects.update(is_active=False)


def deactivate_account() -> None:
    Account.objects.update(is_active=False)


def exclude_account() -> None:
    Account.objects.update(is_excluded=True)


CLOSED: tuple[Change, ...] = (
    expire, block, remove_contact, deactivate_contact, deactivate_account, exclude_account,
)  # fmt: skip

# --- What does not --------------------------------------------------------------------------------


def leave() -> None:
    pass


def extend() -> None:
    BookingCode.objects.update(expires_at=timezone.now() + timedelta(days=400))


def take_sign_in() -> None:
    Contact.objects.update(user=None, allows_sign_in=False)


def start_driving() -> None:
    _set_parent(ParentStatus.TRAVELING)


def begin() -> None:
    _set_parent(ParentStatus.IN_PROGRESS)


OPEN: tuple[Change, ...] = (leave, extend, take_sign_in, start_driving, begin)


def complete() -> None:
    _set_parent(ParentStatus.COMPLETED)


def cancel() -> None:
    _set_parent(ParentStatus.CANCELED)


def let_it_pass() -> None:
    late = timezone.now() - timedelta(days=2)
    Booking.objects.update(
        promised_from=late, promised_to=late, starts_at=late, arrives_at=late,
        ends_at=late + timedelta(hours=1),
    )  # fmt: skip


OVER: tuple[Change, ...] = (complete, cancel, let_it_pass)


def _set_parent(parent: ParentStatus) -> None:
    Booking.objects.update(status=get_default_status(parent))
