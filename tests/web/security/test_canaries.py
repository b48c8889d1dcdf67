"""What people typed is shown as they typed it and does nothing (reliability F80, F81, F84, F90)."""

import email
import re
from datetime import datetime
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from django.core import mail
from icalendar import Calendar

from doorstep.domain.bookings.calendar_file import visit_calendar
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.notifications.models import Message
from doorstep.domain.notifications.rendering import render
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.visits import tell_confirmed
from tests.factories import bookings
from tests.factories.bookings import actor_of, new_key
from tests.factories.customers import make_asset, make_location
from tests.web.office.world import World

from .addresses import all_pages, own_address
from .conftest import Browser

SCRIPT = "<script>alert(1)</script>"
TAG = "\"'><img src=x onerror=alert(1)>"
TEMPLATE = "{{7*7}}{% include 'x' %}{0.__class__}%(who)s"
TURNED = "\u202egnp.exe \u05d0\u05d1"
LONG = "W" * 70
CANARIES = {"script": SCRIPT, "tag": TAG, "template": TEMPLATE, "turned": TURNED, "long": LONG}


@pytest.fixture(params=CANARIES)
def canary(request: pytest.FixtureRequest) -> str:
    return CANARIES[request.param]


@pytest.fixture
def filled(world: World, canary: str) -> World:
    """Every text that people can type holds the canary."""
    contact, service, portal, order = (
        world.contact, world.service, world.portal, world.work_order,
    )  # fmt: skip
    contact.first_name = contact.last_name = canary[:80]
    account = contact.account
    account.name = account.street = account.city = canary
    service.name = service.customer_name = service.description = canary
    service.preparation = canary
    portal.company_name = portal.header_text = portal.footer_text = canary[:80]
    order.street = order.city = canary
    world.technician.name = canary
    for row in (contact, account, service, portal, order, world.technician):
        row.save()
    place = make_location(account=account, name=canary)
    make_asset(account=account, location=place, name=canary, product=canary)
    world.booking.notes.update(text=canary)
    return world


@pytest.mark.parametrize("who", ["owner", "anonymous"])
def test_pages_of_the_portal_show_it_and_stay_whole(
    who: str, filled: World, browser: Browser, canary: str
) -> None:
    client = browser(who)
    addresses = [
        own_address(each, filled) for each in all_pages() if each.template[:7] != "office/"
    ]
    shown = 0
    client.post("/book/service/", {"service": filled.service.pk})
    client.post("/book/time/", {"key": bookings.window_key(bookings.FRIDAY, 8, 10)})
    client.post("/book/details/", {"details": canary})

    for address in [*addresses, "/book/time/?view=month", "/?show=past"]:
        answer = client.get(address)
        html = answer.content.decode(errors="replace")
        if answer.headers["Content-Type"].startswith("text/html"):
            assert_inert(html, address)
        else:
            # A calendar file or data: no browser may take it for a page.
            assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        shown += canary[:20] in unescaped(html)

    assert shown > 5


@pytest.mark.parametrize("canary", [TAG + SCRIPT, TEMPLATE], ids=["markup", "template"])
def test_pages_of_the_office_stay_whole(
    filled: World, browser: Browser, canary: str, now: datetime
) -> None:
    booking = cancel_booking(
        booking=filled.booking,
        reason=canary,
        request_key=new_key(),
        actor=actor_of(filled.contact),
        now=now,
    )
    client = browser("administrator")
    pages = [each for each in all_pages() if each.template[:7] == "office/"]
    # Lists, and the pages on which most meets.
    wanted = ("change/", "/booking/", "/account/", "/contact/", "/workorder/", "/logentry/")

    for page in pages:
        if page.template.endswith(wanted):
            html = client.get(own_address(page, filled)).content.decode()
            assert_inert(html, page.template)
    assert booking.cancel_reason == canary


def test_mails_stay_whole(filled: World, canary: str, now: datetime) -> None:
    rendered = render(message_of(filled, now), now=now)

    assert_inert(rendered.html, "html")
    assert canary[:20] in unescaped(rendered.html)
    assert canary[:20] in rendered.text
    assert "&lt;" not in rendered.text
    assert "&#x27;" not in rendered.subject


def test_calendar_files_stay_whole(filled: World, canary: str, now: datetime) -> None:
    booking = Booking.objects.get(pk=filled.booking.pk)

    content = visit_calendar(booking, now=now, url="https://example.com/visits/x/")

    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert canary in str(event["description"])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


@pytest.mark.parametrize("breaking", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_a_line_break_in_a_name_makes_no_header(world: World, now: datetime, breaking: str) -> None:
    text = f"Carol{breaking}Bcc: evil@example.com{breaking}{breaking}Hello"
    world.contact.first_name = text
    world.contact.save()
    world.portal.company_name = text
    world.portal.save()
    message = message_of(world, now)

    deliver(message_id=message.pk, now=now)

    (sent,) = mail.outbox
    raw = email.message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    assert isinstance(raw, EmailMessage)
    assert raw["Bcc"] is None
    assert raw["To"].addresses[0].addr_spec == "carol@example.com"
    assert len(raw["To"].addresses) == 1
    assert len(raw["From"].addresses) == 1


@pytest.mark.parametrize("breaking", ["\r\n", "\n", "\r", "\u2028"])
def test_a_line_break_in_a_text_makes_no_line_of_a_calendar(
    world: World, now: datetime, breaking: str
) -> None:
    world.service.preparation = f"Water{breaking}ATTENDEE:mailto:evil@example.com"
    world.service.save()
    booking = Booking.objects.get(pk=world.booking.pk)

    content = visit_calendar(booking, now=now, url="https://example.com/")

    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert "ATTENDEE" not in event
    assert not re.search(rb"^ATTENDEE", content, re.MULTILINE)


class Reader(HTMLParser):
    """Finds what a browser would run of a canary."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        for name, value in attrs:
            if name.startswith("on") or (tag, name, value) == ("img", "src", "x"):
                self.alive.append(f"{tag} {name}")
            if name in {"href", "src", "action"} and (value or "").startswith("javascript:"):
                self.alive.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag == "script" and "alert(1)" in data:
            self.alive.append(data)


def assert_inert(html: str, where: str) -> None:
    reader = Reader()
    reader.feed(html)
    assert not reader.alive, where
    assert "49{" not in html, where


def unescaped(html: str) -> str:
    pairs = {"&lt;": "<", "&gt;": ">", "&#x27;": "'", "&quot;": '"', "&amp;": "&"}
    for escaped, sign in pairs.items():
        html = html.replace(escaped, sign)
    return html


def message_of(world: World, now: datetime) -> Message:
    message = tell_confirmed(booking_id=world.booking.pk, now=now)[0]
    return Message.objects.get(pk=message.pk)
