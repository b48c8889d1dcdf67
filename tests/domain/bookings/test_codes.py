"""The codes behind links: what is stored, what they open, and until when."""

import re
from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.codes import (
    CodeState,
    expiry_of,
    find_code,
    get_open_code,
    in_state,
    state_of,
    with_expiry,
)
from doorstep.domain.bookings.models import Booking, BookingCode
from doorstep.domain.bookings.services.codes import (
    block_code,
    count_opening,
    create_booking_code,
    expire_code,
    set_expiry,
    unblock_code,
)
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import Actor
from tests.factories.bookings import FRIDAY, World, book, make_world, window_key
from tests.factories.customers import carol
from tests.factories.identity import dana

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def booking(world: World, now: datetime) -> Booking:
    return book(world, now=now)


def make_code(booking: Booking, now: datetime) -> tuple[BookingCode, str]:
    return create_booking_code(
        booking=booking, contact=carol(), purpose="booking_confirmed", now=now
    )


def dispatcher() -> Actor:
    return Actor(Source.OFFICE, dana())


def test_a_code_is_130_bits_of_small_letters_and_digits_nobody_confuses(
    booking: Booking, now: datetime
) -> None:
    _row, code = make_code(booking, now)

    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", code)


def test_only_the_hash_of_a_code_is_stored(booking: Booking, now: datetime) -> None:
    make_code(booking, now)
    row, code = make_code(booking, now)

    stored = [str(value) for value in BookingCode.objects.values_list().get(pk=row.pk)]
    assert not any(code in value.lower() for value in stored)
    assert BookingCode.objects.values_list("code_hash").distinct().count() == 2


@pytest.mark.parametrize("change", [str, str.upper, lambda code: f"{code}.", lambda c: f" {c}"])
def test_a_code_is_found_whatever_a_mail_program_did_to_it(
    booking: Booking, now: datetime, change: object
) -> None:
    row, code = make_code(booking, now)

    assert find_code(code=change(code), now=now) == row  # type: ignore[operator]


def test_a_code_opens_until_the_portals_days_after_the_visit(
    world: World, booking: Booking, now: datetime
) -> None:
    world.portal.code_days_after_visit = 3
    world.portal.save()
    row, code = make_code(booking, now)
    end = booking.promised_to + 3 * DAYS

    assert find_code(code=code, now=end - timedelta(seconds=1)) == row
    assert find_code(code=code, now=end) is None


def test_a_code_moves_with_its_visit(world: World, booking: Booking, now: datetime) -> None:
    row, _code = make_code(booking, now)
    before = expiry_of(row)
    moved = timedelta(days=40)
    for name in ("promised_from", "promised_to", "starts_at", "arrives_at", "ends_at"):
        setattr(booking, name, getattr(booking, name) + moved)
    booking.save()

    assert expiry_of(BookingCode.objects.get()) == before + moved


def test_a_code_outlives_work_that_ends_after_its_window(
    world: World, booking: Booking, now: datetime
) -> None:
    world.portal.code_days_after_visit = 0
    world.portal.save()
    row, _code = make_code(booking, now)
    booking.ends_at = booking.promised_to + timedelta(hours=3)
    booking.save()

    assert expiry_of(BookingCode.objects.get(pk=row.pk)) == booking.ends_at


def test_the_office_extends_expires_blocks_and_unblocks_and_all_of_it_is_noted(
    booking: Booking, now: datetime
) -> None:
    row, code = make_code(booking, now)
    later = now + 100 * DAYS

    set_expiry(code=row, expires_at=later + DAYS, actor=dispatcher())
    assert find_code(code=code, now=later) == row
    expire_code(code=row, actor=dispatcher(), now=now)
    assert find_code(code=code, now=now) is None
    set_expiry(code=row, expires_at=None, actor=dispatcher())
    assert find_code(code=code, now=now) == row
    assert block_code(code=row, actor=dispatcher(), now=now)
    assert not block_code(code=row, actor=dispatcher(), now=now)
    assert find_code(code=code, now=now) is None
    assert unblock_code(code=row, actor=dispatcher())
    assert not unblock_code(code=row, actor=dispatcher())
    assert find_code(code=code, now=now) == row
    noted = [entry.action for entry in reversed(history_of(row))]
    assert noted == ["extended", "expired", "extended", "blocked", "unblocked"]


def test_extending_does_not_unblock(booking: Booking, now: datetime) -> None:
    row, code = make_code(booking, now)
    block_code(code=row, actor=dispatcher(), now=now)

    set_expiry(code=row, expires_at=now + DAYS, actor=dispatcher())

    assert find_code(code=code, now=now) is None


def test_a_code_met_before_opens_its_own_visit_alone(
    world: World, booking: Booking, now: datetime
) -> None:
    row, _code = make_code(booking, now)
    other = book(world, now=now, key=window_key(FRIDAY))

    assert get_open_code(pk=row.pk, booking_code=booking.code, now=now) == row
    assert get_open_code(pk=row.pk, booking_code=other.code, now=now) is None
    assert get_open_code(pk=row.pk + 1, booking_code=booking.code, now=now) is None


def test_openings_are_counted(booking: Booking, now: datetime) -> None:
    row, _code = make_code(booking, now)
    count_opening(code=row, now=now)
    count_opening(code=row, now=now + DAYS)

    row.refresh_from_db()
    assert row.open_count == 2
    assert (row.first_opened_at, row.last_opened_at) == (now, now + DAYS)


def test_lists_filter_by_the_state_that_each_page_shows(
    world: World, booking: Booking, now: datetime
) -> None:
    made = book(world, now=now, key=window_key(FRIDAY))
    rows = [make_code(each, now)[0] for each in (booking, made, booking, booking)]
    expire_code(code=rows[1], actor=dispatcher(), now=now)
    block_code(code=rows[2], actor=dispatcher(), now=now)
    BookingCode.objects.filter(pk=rows[3].pk).update(contact=None)
    made.work_order.portal = None
    made.work_order.save()

    codes = BookingCode.objects.all()
    for state in CodeState:
        listed = set(in_state(codes, state, now=now))
        assert listed == {row for row in codes if state_of(row, now=now) is state}
        assert len(listed) == 1
    for row in with_expiry(codes):
        assert row.expiry == expiry_of(row)
