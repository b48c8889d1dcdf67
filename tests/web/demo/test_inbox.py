"""The demo inbox shows what was sent, and a mail can do nothing to the page."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

import pytest
from django.test import Client, override_settings
from pytest_django import Settings as DjangoSettings

from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.sms.folder import FolderSms, Settings
from doorstep.demo.inbox import inbox_folder, list_mails
from doorstep.demo.smtp_server import start_smtp
from tests.doubles.ports import kept_port
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: DjangoSettings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    make_portal()
    return inbox_folder()


def send(subject: str = "Hello", html: str = "<p>Hi</p>") -> str:
    """Send one mail through the demo's server; returns its name in the inbox."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "a@example.com", "carol@example.com"
    mail.set_content("Plain hello")
    mail.add_alternative(html, subtype="html")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="v.ics")
    port = kept_port()
    server = start_smtp(port=port, folder=inbox_folder())
    try:
        with SMTP("127.0.0.1", port) as line:
            line.send_message(mail)
    finally:
        server.stop()
    return list_mails()[0].name


def test_an_empty_inbox_says_so(client: Client) -> None:
    assert "Nothing was sent yet" in client.get("/demo/inbox/").content.decode()


def test_a_mail_that_was_sent_is_listed_with_its_recipient(client: Client) -> None:
    send("Your visit is booked")

    page = client.get("/demo/inbox/").content.decode()

    assert "Your visit is booked" in page
    assert "carol@example.com" in page


def test_the_newest_mail_comes_first(client: Client) -> None:
    send("First")
    send("Second")

    assert [mail.subject for mail in list_mails()] == ["Second", "First"]


def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(client: Client) -> None:
    name = send()

    assert "sandbox=" in client.get(f"/demo/inbox/{name}/").content.decode()
    framed = client.get(f"/demo/inbox/{name}/html/")
    policy = framed["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize(
    ("tab", "expected"), [("text", "Plain hello"), ("source", "Subject: Hello")]
)
def test_a_mail_can_be_read_as_text_and_as_it_came(client: Client, tab: str, expected: str) -> None:
    name = send()

    assert expected in client.get(f"/demo/inbox/{name}/as/{tab}/").content.decode()


def test_an_attachment_can_be_fetched(client: Client) -> None:
    name = send()

    response = client.get(f"/demo/inbox/{name}/file/0/")

    assert response.content.startswith(b"BEGIN:VCALENDAR")
    assert response["Content-Disposition"] == 'attachment; filename="v.ics"'


@pytest.mark.parametrize(
    "path", ["nothing", "..%2F..%2Fsecret-key", "20261123T090000000000-00000000", "x/as/pdf"]
)
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/demo/inbox/{path}/").status_code == 404


def text(words: str, *, language: str, minute: int = 0, message_id: str = "m-1") -> None:
    """Keep one text message as the demo's connector does."""
    at = datetime(2099, 1, 1, 12, minute, tzinfo=UTC)
    connector = FolderSms(Settings(str(inbox_folder())), clock=lambda: at)
    to = "+447700900123"
    connector.send(OutgoingSms(message_id=message_id, to=to, text=words, language=language))


def test_text_messages_stand_between_the_mails_newest_first(client: Client) -> None:
    text("Tomorrow from ten.", language="en", minute=2, message_id="m-2")
    text("See you.", language="en", minute=1)
    send("A mail")

    page = client.get("/demo/inbox/").content.decode()

    assert page.count("Tomorrow from ten.") == 1
    assert page.index("Tomorrow from ten.") < page.index("See you.") < page.index("A mail")
    assert "+447700900123" in page
    assert "1 part" in page


def test_a_text_is_read_in_its_own_direction(client: Client) -> None:
    text("Acme: زيارتك غدًا", language="ar")

    page = client.get("/demo/inbox/").content.decode()

    assert 'class="bubble" lang="ar" dir="rtl"' in page


def test_links_of_a_text_can_be_followed_and_its_markup_is_no_markup(client: Client) -> None:
    text("Open http://127.0.0.1:8000/v/abc <b>now</b>", language="en")

    page = client.get("/demo/inbox/").content.decode()

    assert '<a href="http://127.0.0.1:8000/v/abc"' in page
    assert "&lt;b&gt;now" in page


@override_settings(IS_DEMO=False)
def test_outside_the_demo_there_is_no_inbox(client: Client) -> None:
    name = send()

    assert client.get("/demo/inbox/").status_code == 404
    assert client.get(f"/demo/inbox/{name}/html/").status_code == 404
