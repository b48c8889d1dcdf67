"""What every mail connector promises, each tried with its double."""

import logging
from dataclasses import replace
from email.message import Message

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
    describe,
)
from doorstep.connectors.email.base import Attachment
from doorstep.connectors.registry import EMAIL, connector_class
from tests.unit.connectors.email.mails import CALENDAR, UNSUBSCRIBE
from tests.unit.connectors.email.mails import EMAIL as MAIL
from tests.unit.connectors.email.rigs import (
    BREAKS,
    BUSY,
    REFUSES,
    RIGS,
    WRONG,
    Rig,
    shown_name,
)


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Rig:
    return RIGS[request.param]()


def test_the_suite_runs_on_every_connector() -> None:
    anymail = {"mailgun", "postmark"}
    assert set(RIGS) - anymail == set(EMAIL) - {"anymail"}


def test_a_mail_is_handed_over_whole(rig: Rig) -> None:
    with rig.running() as connector:
        receipt = connector.send(MAIL)

    (taken,) = rig.taken()
    assert receipt.provider_id
    assert shown_name(taken.sender) == "Acme Repairs"
    assert "zoe@example.com" in taken.to
    assert (taken.subject, taken.text, taken.html) == (MAIL.subject, MAIL.text, MAIL.html)


def test_a_mail_may_have_no_html_and_no_attachments(rig: Rig) -> None:
    with rig.running() as connector:
        connector.send(replace(MAIL, html="", attachments=()))

    (taken,) = rig.taken()
    assert (taken.text, taken.html, taken.files) == (MAIL.text, "", ())


@pytest.mark.parametrize(
    ("behavior", "kind"),
    [(BUSY, TemporaryFailure), (REFUSES, PermanentFailure), (BREAKS, UnknownOutcome)],
)
def test_a_failure_is_of_one_of_three_classes(
    rig: Rig, behavior: str, kind: type[ConnectorError]
) -> None:
    with rig.running(behavior) as connector, pytest.raises(ConnectorError) as caught:
        connector.send(MAIL)

    assert type(caught.value) is kind
    assert len(rig.taken()) == (1 if behavior == BREAKS else 0)


def test_refused_credentials_pause_the_connector(rig: Rig) -> None:
    with rig.running(), pytest.raises(CredentialsRefused):
        rig.connector(WRONG).send(MAIL)

    assert not rig.taken()


@pytest.mark.parametrize("field", ["subject", "to", "from_address", "reply_to", "message_id"])
@pytest.mark.parametrize("character", ["\n", "\r", "\x00"])
def test_a_line_break_in_a_header_is_refused(rig: Rig, field: str, character: str) -> None:
    value = f"a@example.com{character}Bcc: mallory@example.com"
    with rig.running() as connector, pytest.raises(PermanentFailure, match="header_injection"):
        connector.send(replace(MAIL, **{field: value}))  # type: ignore[arg-type]

    assert not rig.taken()


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"X-A": "a\r\nBcc: m@example.com"}},
        {"headers": {"X-A\r\nBcc": "m@example.com"}},
        {"attachments": (Attachment("a\r\nb", "image/png", b""),)},
        {"attachments": (Attachment("a", "text/calendar", b"", {"method": "A\nB"}),)},
    ],
)
def test_line_breaks_are_found_in_every_header(rig: Rig, changes: dict[str, object]) -> None:
    with rig.running() as connector, pytest.raises(PermanentFailure, match="header_injection"):
        connector.send(replace(MAIL, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("to", ["", "nobody", "a@example.com, b@example.com", "@example.com"])
def test_what_is_not_one_address_is_refused(rig: Rig, to: str) -> None:
    with rig.running() as connector, pytest.raises(PermanentFailure, match="bad_message"):
        connector.send(replace(MAIL, to=to))


def test_a_calendar_file_keeps_its_method_and_every_byte(rig: Rig) -> None:
    with rig.running() as connector:
        connector.send(MAIL)

    (file,) = rig.taken()[0].files
    header = Message()
    header["Content-Type"] = file.content_type
    assert file.name == "visit.ics"
    assert (header.get_content_type(), header.get_param("method")) == ("text/calendar", "REQUEST")
    assert file.content == CALENDAR


def test_names_beyond_ascii_arrive(rig: Rig) -> None:
    picture = Attachment("größe.png", "image/png", b"\x89PNG")
    mail = replace(MAIL, from_address="Ängström & Söhne <hello@acme.example>")
    with rig.running() as connector:
        connector.send(replace(mail, attachments=(picture,)))

    (taken,) = rig.taken()
    assert shown_name(taken.to) == "Zoë Müller"
    assert shown_name(taken.sender) == "Ängström & Söhne"
    assert [(file.name, file.content) for file in taken.files] == [("größe.png", b"\x89PNG")]


def test_every_attempt_has_the_same_message_id(rig: Rig) -> None:
    with rig.running() as connector:
        connector.send(MAIL)
        connector.send(MAIL)

    assert [mail.headers["message-id"] for mail in rig.taken()] == [f"<{MAIL.message_id}>"] * 2


def test_unsubscribing_with_one_click_stays_possible(rig: Rig) -> None:
    with rig.running() as connector:
        connector.send(MAIL)

    (taken,) = rig.taken()
    for name, value in UNSUBSCRIBE.items():
        assert taken.headers[name.lower()] == value


def test_the_mail_says_that_a_machine_sent_it_and_in_which_language(rig: Rig) -> None:
    with rig.running() as connector:
        connector.send(MAIL)

    (taken,) = rig.taken()
    assert taken.headers["auto-submitted"] == "auto-generated"
    assert taken.headers["content-language"] == "de"


def test_our_own_headers_cannot_be_replaced(rig: Rig) -> None:
    forged = {"message-id": "<forged@example.com>", "FROM": "boss@example.com", "bcc": "m@e.com"}
    with rig.running() as connector:
        connector.send(replace(MAIL, headers=forged))

    (taken,) = rig.taken()
    assert taken.headers["message-id"] == f"<{MAIL.message_id}>"
    assert shown_name(taken.sender) == "Acme Repairs"
    assert "bcc" not in taken.headers


@pytest.mark.parametrize("behavior", [None, BUSY, REFUSES, BREAKS])
def test_neither_secrets_nor_the_text_are_logged(
    rig: Rig, behavior: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with rig.running(behavior or REFUSES) as connector, pytest.raises(ConnectorError) as caught:
        (connector if behavior else rig.connector(WRONG)).send(MAIL)

    seen = caplog.text + str(caught.value) + repr(caught.value)
    for hidden in (rig.secret, WRONG, MAIL.text, MAIL.html):
        assert hidden not in seen


@pytest.mark.parametrize("name", EMAIL)
def test_secrets_are_marked(name: str) -> None:
    for described in describe(connector_class("email", name).settings_class):
        hides = any(word in described.name for word in ("password", "secret", "key"))
        assert described.is_secret == hides


def test_a_check_sends_nothing(rig: Rig) -> None:
    with rig.running():
        assert rig.checker(rig.secret).check().endswith(".")

    assert not rig.taken()


def test_a_check_with_wrong_credentials_says_so(rig: Rig) -> None:
    with rig.running(), pytest.raises(CredentialsRefused):
        rig.checker(WRONG).check()
