"""Links without sign-in in the office: who got which, what became of it, and closing it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.domain.bookings.models import BY_HAND, Booking, BookingCode
from doorstep.domain.bookings.services.codes import block_code, count_opening, expire_code
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.identity.models import User
from tests.factories.customers import carol, make_contact
from tests.factories.identity import dana

from .forms import run_dialog
from .world import World, page

DAYS = timedelta(days=1)


@pytest.fixture
def code(world: World) -> BookingCode:
    return BookingCode.objects.get()


def do(client: Client, code: BookingCode, action: str, **values: str) -> None:
    answer = run_dialog(client, f"{page(BookingCode)}{code.pk}/{action}/", **values)
    assert answer.headers["HX-Redirect"] == page(BookingCode, "change", code.pk)
    code.refresh_from_db()


def opens(link: str) -> bool:
    return Client().get(link).status_code == 302


def test_the_list_says_who_got_it_with_what_and_what_became_of_it(
    dispatcher: Client, world: World, code: BookingCode
) -> None:
    count_opening(code=code, now=timezone.now())

    content = dispatcher.get(page(BookingCode)).content.decode()

    for part in (str(carol()), "Booking confirmed", str(world.booking.number), "Open"):
        assert part in content


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=open", 1), ("state=blocked", 0), ("state=expired", 0), ("state=closed", 0),
        ("purpose=booking_confirmed", 1), (f"purpose={BY_HAND}", 0),
        ("opened=no", 1), ("opened=yes", 0),
        ("q=Customer", 1), ("q=Acme", 1), ("q=nobody", 0),
    ],
)  # fmt: skip
def test_the_list_is_filtered_and_searched(
    dispatcher: Client, code: BookingCode, query: str, count: int
) -> None:
    answer = dispatcher.get(f"{page(BookingCode)}?{query}")

    assert answer.context["cl"].result_count == count


def test_a_made_link_is_shown_once_and_opens_the_visit(dispatcher: Client, world: World) -> None:
    address = f"{page(Booking)}{world.booking.pk}/make_link/"
    run_dialog(dispatcher, address, contact=str(carol().pk))

    shown = page(Booking, "change", world.booking.pk)
    first = dispatcher.get(shown).content.decode()
    again = dispatcher.get(shown).content.decode()

    found = re.search(r"https?://[^/]+(/v/[0-9a-z]{26})", first)
    assert found
    assert found.group(1) not in again
    assert opens(found.group(1))
    made = BookingCode.objects.latest("pk")
    assert (made.purpose, made.created_by, made.contact) == (BY_HAND, dana(), carol())
    assert [(entry.action, entry.actor) for entry in history_of(made)] == [("created", dana())]
    assert found.group(1).removeprefix("/v/") not in str(list(history_of(made).values()))


def test_a_link_is_made_for_people_of_the_account_alone(dispatcher: Client, world: World) -> None:
    address = f"{page(Booking)}{world.booking.pk}/make_link/"

    run_dialog(dispatcher, address, contact=str(make_contact().pk))

    assert BookingCode.objects.count() == 1


def test_a_link_can_be_made_for_some_days(dispatcher: Client, world: World) -> None:
    address = f"{page(Booking)}{world.booking.pk}/make_link/"
    before = timezone.now()

    run_dialog(dispatcher, address, contact=str(carol().pk), days="2")

    made = BookingCode.objects.latest("pk")
    assert made.expires_at is not None
    assert before + 2 * DAYS <= made.expires_at <= timezone.now() + 2 * DAYS


def test_the_page_of_a_booking_lists_its_links(
    dispatcher: Client, world: World, code: BookingCode
) -> None:
    content = dispatcher.get(page(Booking, "change", world.booking.pk)).content.decode()

    assert page(BookingCode, "change", code.pk) in content


def test_a_link_is_extended_expired_blocked_and_unblocked_by_name(
    dispatcher: Client, code: BookingCode
) -> None:
    do(dispatcher, code, "extend", days="400")
    assert code.expires_at is not None
    assert code.expires_at > timezone.now() + 399 * DAYS
    do(dispatcher, code, "expire")
    assert code.expires_at <= timezone.now()
    do(dispatcher, code, "extend", days="")
    assert code.expires_at is None
    do(dispatcher, code, "block")
    assert code.blocked_at is not None
    do(dispatcher, code, "unblock")
    assert code.blocked_at is None

    noted = [(entry.action, entry.actor) for entry in reversed(history_of(code))]
    actions = ("extended", "expired", "extended", "blocked", "unblocked")
    assert noted == [(action, dana()) for action in actions]


@pytest.mark.parametrize("action", ["extend", "expire", "block", "unblock"])
def test_looking_at_a_dialog_changes_nothing(
    dispatcher: Client, code: BookingCode, action: str
) -> None:
    before = BookingCode.objects.values().get()

    dispatcher.get(f"{page(BookingCode)}{code.pk}/{action}/")

    assert BookingCode.objects.values().get() == before


@pytest.mark.parametrize("who", [lambda: carol().user, None], ids=["customer", "nobody"])
def test_others_do_nothing_here(code: BookingCode, who: object) -> None:
    client = Client()
    if who is not None:
        user = who()  # type: ignore[operator]
        assert isinstance(user, User)
        client.force_login(user)

    for action in ("extend", "expire", "block", "unblock"):
        answer = client.post(f"{page(BookingCode)}{code.pk}/{action}/", {"_form_submitted": "True"})
        assert answer.status_code in {302, 404}
    code.refresh_from_db()
    assert (code.expires_at, code.blocked_at) == (None, None)


def test_the_list_asks_the_database_no_more_for_more_links(
    dispatcher: Client, code: BookingCode, django_assert_max_num_queries: object
) -> None:
    for _ in range(20):
        code.pk = None
        code.code_hash = f"{BookingCode.objects.count():064}"
        code.save()

    with django_assert_max_num_queries(12):  # type: ignore[operator]
        dispatcher.get(page(BookingCode))


def test_states_are_named_on_the_page_of_the_link(dispatcher: Client, code: BookingCode) -> None:
    address = page(BookingCode, "change", code.pk)
    expire_code(code=code, actor=SYSTEM, now=timezone.now())
    assert "Expired" in dispatcher.get(address).content.decode()
    block_code(code=code, actor=SYSTEM, now=timezone.now())
    assert "Blocked" in dispatcher.get(address).content.decode()
