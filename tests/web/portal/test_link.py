"""One visit by the link in a message: looked at, moved and canceled without signing in."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from doorstep.domain.bookings.models import (
    Booking,
    BookingCode,
    BookingNote,
    Hold,
    ParentStatus,
    StatusTimestamp,
)
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.platform.audit.models import LogEntry, Source
from doorstep.platform.audit.selectors import history_of
from tests.factories.bookings import FRIDAY, World, book, make_link, run_out, window_key, wish_for
from tests.factories.customers import carol, make_account, make_asset, make_contact, mallory

from .conftest import SignIn
from .journey import text_of
from .visitors import base_of, cancel_form, come, move_form

PHONE = "+44 161 496 0000"


@pytest.fixture
def visit(world: World) -> Booking:
    """Thursday, 10 to 12, with something to prepare and a note."""
    world.portal.contact_phone = PHONE
    world.portal.save()
    world.service.preparation = "Clear the boiler."
    world.service.save()
    return book(world, now=timezone.now(), details="The key is under the mat.")


@pytest.fixture
def link(visit: Booking) -> str:
    return make_link(visit, now=timezone.now())


# --- Coming in ------------------------------------------------------------------------------------


def test_the_link_gives_way_to_a_clean_address(visit: Booking, link: str) -> None:
    answer = Client().get(link)

    assert (answer.status_code, answer.headers["Location"]) == (302, base_of(visit))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_the_code_stands_nowhere_on_the_page_or_in_the_cookie(link: str) -> None:
    code = link.removeprefix("/v/")
    client, page = come(link)

    assert code not in page.content.decode().lower()
    assert all(code not in cookie.value.lower() for cookie in client.cookies.values())


def test_the_cookie_is_for_this_visit_and_out_of_reach_of_scripts(
    visit: Booking, link: str
) -> None:
    client, _page = come(link)
    cookie = client.cookies["visit_link"]

    assert cookie["path"] == base_of(visit)
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 86400)


def test_the_cookie_wears_off_by_the_servers_clock(visit: Booking, link: str) -> None:
    client, _page = come(link)

    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert client.get(base_of(visit)).status_code == 404


def test_a_forged_cookie_opens_nothing(visit: Booking, link: str) -> None:
    client, _page = come(link)
    signature = client.cookies["visit_link"].value.partition(":")[2]
    for forged in ("1", f"1:{signature}x", "", "x" * 5000, f"99:{signature}"):
        client.cookies["visit_link"] = forged

        assert client.get(base_of(visit)).status_code == 404


def test_the_clean_address_alone_opens_nothing(visit: Booking, link: str) -> None:
    answer = Client().get(base_of(visit))

    assert answer.status_code == 404
    assert "This link opens no visit" in text_of(answer)


def test_the_page_shows_the_visit_and_what_to_do_for_it(link: str) -> None:
    page = text_of(come(link)[1])

    for part in (
        "Booked", "10:00–12:00", "Thursday, 26 November 2026, London time", "12 Deansgate",
        "Clear the boiler.", "Calendar file", "Move the visit", "Cancel the visit",
    ):  # fmt: skip
        assert part in page


def test_the_page_shows_nothing_else_of_the_account(world: World, visit: Booking) -> None:
    account = world.contact.account
    asset = make_asset(account=account, name="Vault boiler")
    visit.work_order.asset = asset
    visit.work_order.save()
    other = book(world, now=timezone.now(), key=window_key(FRIDAY))
    _client, page = come(make_link(visit, now=timezone.now()))

    html = page.content.decode()
    secrets = (
        other.code, other.number, "Vault boiler", "under the mat", "Carol", "carol@example.com",
        "All visits", world.technician.name, visit.work_order.number,
    )  # fmt: skip
    assert [secret for secret in secrets if secret in html] == []


def test_an_opened_page_is_not_kept_and_not_listed(visit: Booking, link: str) -> None:
    _client, page = come(link)

    assert "no-store" in page.headers["Cache-Control"]
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_the_page_speaks_the_recipients_language(world: World, link: str) -> None:
    world.contact.language = "ar"
    world.contact.save()

    page = come(link)[1]

    assert 'lang="ar" dir="rtl"' in page.content.decode()
    assert page.headers["Content-Language"] == "ar"


def test_the_visitors_own_choice_of_language_comes_first(world: World, link: str) -> None:
    world.contact.language = "ar"
    world.contact.save()
    client = Client()
    client.cookies["django_language"] = "de"

    assert 'lang="de"' in come(link, client)[1].content.decode()


def test_who_cannot_sign_in_opens_it_all_the_same(world: World, visit: Booking) -> None:
    tenant = make_contact(account=world.contact.account, allows_sign_in=False)

    page = come(make_link(visit, now=timezone.now(), contact=tenant))[1]

    assert "Move the visit" in text_of(page)


def test_openings_are_counted_for_the_office(visit: Booking, link: str) -> None:
    client, _page = come(link)
    client.get(base_of(visit))
    client.head(base_of(visit))
    client.head(link)
    client.get(f"{base_of(visit)}cancel/")

    code = BookingCode.objects.get()
    assert code.open_count == 2
    assert code.first_opened_at == code.last_opened_at == timezone.now()


def test_the_calendar_file_holds_the_promise_and_no_address_that_wears_off(
    visit: Booking, link: str, world: World
) -> None:
    world.contact.user = None
    world.contact.save()
    client, page = come(link)

    event = Calendar.from_ical(client.get(f"{base_of(visit)}visit.ics").content).walk("VEVENT")[0]

    assert event["DTSTART"].dt == visit.promised_from
    assert "URL" not in event
    assert "/visit" not in event["DESCRIPTION"]
    assert "%2Fvisit" not in page.content.decode()


# --- Moving and canceling -------------------------------------------------------------------------


def test_moves_the_visit_by_link(visit: Booking, link: str) -> None:
    client, _page = come(link)

    answer = client.post(f"{base_of(visit)}move/review/", move_form(client, visit), follow=True)

    visit.refresh_from_db()
    assert visit.promised_from.date() == FRIDAY
    assert "Your visit has a new time" in text_of(answer)
    assert answer.redirect_chain[-1][0] == f"{base_of(visit)}?done=moved"


def test_cancels_the_visit_by_link(visit: Booking, link: str) -> None:
    client, _page = come(link)
    form = cancel_form(client, visit) | {"reason": "solved"}

    answer = client.post(f"{base_of(visit)}cancel/", form, follow=True)

    visit.refresh_from_db()
    assert visit.parent_status is ParentStatus.CANCELED
    assert visit.cancel_reason == "It is no longer needed"
    assert "Your visit is canceled" in text_of(answer)


def test_who_cannot_sign_in_moves_and_cancels_all_the_same(world: World, visit: Booking) -> None:
    tenant = make_contact(account=world.contact.account, allows_sign_in=False)
    client, _page = come(make_link(visit, now=timezone.now(), contact=tenant))

    client.post(f"{base_of(visit)}move/review/", move_form(client, visit))
    client.post(f"{base_of(visit)}cancel/", cancel_form(client, visit))

    visit.refresh_from_db()
    assert visit.promised_from.date() == FRIDAY
    assert visit.parent_status is ParentStatus.CANCELED
    assert history_of(visit)[0].actor_label == str(tenant)


def test_history_says_who_did_it_and_that_it_was_by_link(visit: Booking, link: str) -> None:
    client, _page = come(link)
    client.post(f"{base_of(visit)}move/review/", move_form(client, visit))
    form = cancel_form(client, visit) | {"reason": "solved"}
    client.post(f"{base_of(visit)}cancel/", form)

    entries = [entry for entry in history_of(visit) if entry.action != "confirmed"]
    assert {entry.action for entry in entries} >= {"rescheduled", "canceled"}
    for entry in entries:
        assert (entry.source, entry.actor, entry.actor_label) == ("link", None, str(carol()))
    stamp = StatusTimestamp.objects.latest("pk")
    assert (stamp.source, stamp.user) == (Source.LINK, None)
    note = BookingNote.objects.latest("pk")
    assert (note.author, note.is_from_customer) == (None, True)


def test_moves_once_however_often_the_form_is_sent(visit: Booking, link: str) -> None:
    client, _page = come(link)
    form = move_form(client, visit)

    first = client.post(f"{base_of(visit)}move/review/", form)
    second = client.post(f"{base_of(visit)}move/review/", form)

    assert first.headers["Location"] == second.headers["Location"]
    assert LogEntry.objects.filter(action="rescheduled").count() == 1


def test_cancels_once_however_often_the_form_is_sent(visit: Booking, link: str) -> None:
    client, _page = come(link)
    form = cancel_form(client, visit)

    first = client.post(f"{base_of(visit)}cancel/", form)
    second = client.post(f"{base_of(visit)}cancel/", form)

    assert first.headers["Location"] == second.headers["Location"]
    assert LogEntry.objects.filter(action="canceled", object_type="bookings.booking").count() == 1


def test_the_same_key_with_other_answers_is_refused(visit: Booking, link: str) -> None:
    client, _page = come(link)
    form = cancel_form(client, visit)
    client.post(f"{base_of(visit)}cancel/", form)

    answer = client.post(f"{base_of(visit)}cancel/", form | {"note": "else"}, follow=True)

    assert "This form was sent before with other answers." in answer.content.decode()


def test_who_is_slower_is_told_and_keeps_her_time(world: World, visit: Booking, link: str) -> None:
    client, _page = come(link)
    form = move_form(client, visit)
    run_out(Hold.objects.get())
    take_friday(world)
    before = visit.promised_from

    answer = client.post(f"{base_of(visit)}move/review/", form, follow=True)

    visit.refresh_from_db()
    assert visit.promised_from == before
    assert "Move your visit" in text_of(answer)
    assert "Please choose a time." in answer.content.decode()


def test_a_window_that_is_taken_meanwhile_is_a_conflict(
    world: World, visit: Booking, link: str
) -> None:
    client, _page = come(link)
    client.get(f"{base_of(visit)}move/?day={FRIDAY}")
    take_friday(world)

    answer = client.post(f"{base_of(visit)}move/", {"key": window_key(FRIDAY)})

    assert answer.status_code == 409
    assert "Somebody was faster" in text_of(answer)


def test_refuses_to_move_what_was_moved_meanwhile(visit: Booking, link: str) -> None:
    client, _page = come(link)
    form = move_form(client, visit)
    Booking.objects.update(version=7)

    answer = client.post(f"{base_of(visit)}move/review/", form, follow=True)

    assert "changed meanwhile" in text_of(answer)


def test_the_hold_can_be_extended_and_given_back(visit: Booking, link: str) -> None:
    client, _page = come(link)
    move_form(client, visit)

    extended = client.post(f"{base_of(visit)}move/hold/extend/", follow=True)
    released = client.post(f"{base_of(visit)}move/hold/release/")

    assert "Your time is now held until" in text_of(extended)
    assert released.headers["Location"] == f"{base_of(visit)}move/"
    assert not Hold.objects.exists()


def test_inside_the_cutoff_the_page_says_why_and_whom_to_call(visit: Booking, link: str) -> None:
    with time_machine.travel(visit.promised_from - timedelta(hours=23), tick=False):
        page = text_of(come(link)[1])

    assert "It is too late to move or cancel this visit online" in page
    assert PHONE in page


def test_after_the_cutoff_a_form_that_was_open_is_refused(visit: Booking, link: str) -> None:
    client, _page = come(link)
    form = cancel_form(client, visit)
    with time_machine.travel(visit.promised_from - timedelta(hours=23), tick=False):
        come(link, client)
        client.post(f"{base_of(visit)}cancel/", form)

    visit.refresh_from_db()
    assert visit.canceled_at is None


def test_where_booking_is_switched_off_a_link_does_not_move_either(
    world: World, visit: Booking, link: str
) -> None:
    world.portal.is_self_scheduling_enabled = False
    world.portal.save()
    client, _page = come(link)

    assert client.get(f"{base_of(visit)}move/").status_code == 403


# --- Whose it is (reliability F74) ----------------------------------------------------------------


def test_a_code_of_one_visit_opens_no_other(world: World, visit: Booking, link: str) -> None:
    other = book(world, now=timezone.now(), key=window_key(FRIDAY))
    client, _page = come(link)
    # A browser would not even send it there.
    client.cookies["visit_link"]["path"] = "/"

    for path in ("", "visit.ics", "move/", "move/review/", "cancel/"):
        assert client.get(f"{base_of(other)}{path}").status_code == 404
    for path in ("move/", "move/review/", "move/hold/extend/", "move/hold/release/", "cancel/"):
        assert client.post(f"{base_of(other)}{path}", cancel_form_of(other)).status_code == 404
    other.refresh_from_db()
    assert (other.version, other.canceled_at) == (1, None)


def test_a_link_does_not_sign_in(visit: Booking, link: str) -> None:
    client, _page = come(link)

    for path in ("/book/", "/profile/", f"/visits/{visit.code}/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_who_is_signed_in_as_another_sees_the_one_visit_and_acts_as_its_recipient(
    visit: Booking, link: str, sign_in: SignIn
) -> None:
    client = sign_in(mallory())

    _client, page = come(link, client)
    client.post(f"{base_of(visit)}cancel/", cancel_form(client, visit))

    assert "Thursday, 26 November 2026" in text_of(page)
    assert client.get(f"/visits/{visit.code}/").status_code == 404
    entry = LogEntry.objects.get(action="canceled", object_type="bookings.booking")
    assert (entry.source, entry.actor, entry.actor_label) == ("link", None, str(carol()))


def test_two_links_in_two_tabs_do_not_mix(world: World, visit: Booking, link: str) -> None:
    other = book(world, now=timezone.now(), key=window_key(FRIDAY))
    client, first = come(link)
    cookie = client.cookies.pop("visit_link")
    _client, second = come(make_link(other, now=timezone.now()), client)

    assert "26 November" in text_of(first)
    assert "27 November" in text_of(second)
    assert cookie["path"] != client.cookies["visit_link"]["path"]


def cancel_form_of(booking: Booking) -> dict[str, str]:
    return {"request_key": "k" * 32, "version": str(booking.version), "hold": "h", "key": "x"}


def take_friday(world: World) -> None:
    """Two others hold all that Tom has of the window."""
    for _ in range(2):
        rival = make_contact(account=make_account())
        wish = wish_for(rival, world.service, world.portal)
        hold_offer(wish=wish, key=window_key(FRIDAY), contact=rival, now=timezone.now())
