"""Who may still see a visit: the short question of open pages has the answer of the long one."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.codes import expiry_of, get_open_code
from doorstep.domain.bookings.followed import get_followed, open_codes, users_who_may_see
from doorstep.domain.bookings.models import Booking, BookingCode
from doorstep.domain.bookings.selectors import get_visit
from doorstep.domain.customers.models import Account, Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.lib.rows import run
from tests.factories.bookings import FRIDAY, World, book, make_world, window_key
from tests.factories.customers import carol, make_account, mallory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
Change = Callable[[], object]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def booking(world: World, now: datetime) -> Booking:
    return book(world, now=now)


@pytest.fixture
def code(booking: Booking, now: datetime) -> BookingCode:
    return BookingCode.objects.create(
        booking=booking, contact=carol(), code_hash="0" * 64, purpose="by_hand", created_at=now
    )


def ends_of(code: BookingCode, booking: Booking, now: datetime) -> datetime | None:
    rows = run(*open_codes([code.pk], booking_code=booking.code, now=now))
    return dict(rows).get(code.pk)


def expected_of(code: BookingCode, booking: Booking, now: datetime) -> datetime | None:
    found = get_open_code(pk=code.pk, booking_code=booking.code, now=now)
    return expiry_of(found) if found else None


LINK_CHANGES: dict[str, Change] = {
    "nothing": lambda: None,
    "blocked": lambda: BookingCode.objects.update(blocked_at="2026-11-01T00:00Z"),
    "expired by the office": lambda: BookingCode.objects.update(expires_at="2026-11-01T00:00Z"),
    "extended by the office": lambda: BookingCode.objects.update(expires_at="2027-01-01T00:00Z"),
    "another number of days": lambda: Portal.objects.update(code_days_after_visit=1),
    "made by staff": lambda: WorkOrder.objects.update(portal=None),
    "work beyond its window": lambda: Booking.objects.update(ends_at="2026-11-28T00:00Z"),
    "contact gone": lambda: BookingCode.objects.update(contact=None),
    "contact inactive": lambda: Contact.objects.update(is_active=False),
    "contact may not sign in": lambda: Contact.objects.update(allows_sign_in=False),
    "account inactive": lambda: Account.objects.update(is_active=False),
    "account excluded": lambda: Account.objects.update(is_excluded=True),
    "served account excluded": lambda: WorkOrder.objects.update(
        account=make_account(is_excluded=True)
    ),
    "served account inactive": lambda: WorkOrder.objects.update(
        account=make_account(is_active=False)
    ),
}


@pytest.mark.parametrize("change", LINK_CHANGES.values(), ids=LINK_CHANGES)
def test_a_link_stands_open_as_long_as_its_page_would(
    booking: Booking, code: BookingCode, now: datetime, change: Change
) -> None:
    change()

    end = expiry_of(BookingCode.objects.get(pk=code.pk))
    for instant in (now, end - SECOND, end):
        assert ends_of(code, booking, instant) == expected_of(code, booking, instant)


def test_a_link_opens_its_own_visit_alone(
    world: World, booking: Booking, code: BookingCode, now: datetime
) -> None:
    other = book(world, now=now, key=window_key(FRIDAY))

    assert ends_of(code, booking, now) is not None
    assert ends_of(code, other, now) is None


def may_see(contact: Contact, booking: Booking) -> bool:
    user = contact.user_id
    return run(*users_who_may_see([user], booking_code=booking.code)) == [(user,)]


def expected_to_see(contact: Contact, booking: Booking) -> bool:
    contact = Contact.objects.select_related("account").get(pk=contact.pk)
    try:
        return contact.may_use_portal and get_visit(code=booking.code, contact=contact) == booking
    except Booking.DoesNotExist:
        return False


CONTACT_CHANGES: dict[str, Change] = {
    "nothing": lambda: None,
    "contact inactive": lambda: Contact.objects.update(is_active=False),
    "contact may not sign in": lambda: Contact.objects.update(allows_sign_in=False),
    "account inactive": lambda: Account.objects.update(is_active=False),
    "account excluded": lambda: Account.objects.update(is_excluded=True),
    "booked by somebody else": lambda: Booking.objects.update(booked_by=mallory()),
    "neither booked nor reported": lambda: (
        Booking.objects.update(booked_by=None),
        WorkOrder.objects.update(reported_by=None),
    ),
    "reported, booked by nobody": lambda: (
        Booking.objects.update(booked_by=None),
        WorkOrder.objects.update(reported_by=carol()),
    ),
    "primary contact": lambda: (
        Booking.objects.update(booked_by=None),
        WorkOrder.objects.update(reported_by=None),
        Account.objects.filter(pk=carol().account_id).update(primary_contact=carol()),
    ),
    "of another account": lambda: WorkOrder.objects.update(account=mallory().account),
}


@pytest.mark.parametrize("change", CONTACT_CHANGES.values(), ids=CONTACT_CHANGES)
def test_a_contact_sees_what_her_pages_show(world: World, booking: Booking, change: Change) -> None:
    Account.objects.update(primary_contact=None)
    change()

    for contact in (world.contact, mallory()):
        assert may_see(contact, booking) == expected_to_see(contact, booking)


def test_a_followed_visit_has_the_portal_whose_rules_hold(world: World, booking: Booking) -> None:
    WorkOrder.objects.update(portal=None)

    found = get_followed(booking.pk)

    assert found == booking
    assert found.work_order.portal == world.portal
    assert (found.status, found.work_order.account_id) == (
        booking.status, world.contact.account_id,
    )  # fmt: skip
    with pytest.raises(Booking.DoesNotExist):
        get_followed(booking.pk + 1)
