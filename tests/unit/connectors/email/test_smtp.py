"""The SMTP connector against a real server and a proxy that breaks lines (faults F31 to F33)."""

import gc
import re
import smtplib
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from threading import Thread

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.email import smtp_lines
from doorstep.connectors.email.smtp import Settings, Smtp
from tests.doubles.certificates import certificate
from tests.doubles.fault_proxy import Fault, proxied
from tests.doubles.ports import kept_port
from tests.doubles.smtp import ACCEPT, CLOSING, DROP, SILENCE, SmtpDouble, running
from tests.unit.connectors.email.mails import EMAIL, UNSUBSCRIBE
from tests.unit.connectors.email.rigs import shown_name

DOT = b"\r\n.\r\n"
# For those who wait for what does not come: a busy machine takes less than this for all the rest.
IMPATIENT = {"timeout_s": 1.5, "accept_timeout_s": 1.5}


def sender(port: int, **wanted: object) -> Smtp:
    plain: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "timeout_s": 10.0,
        "accept_timeout_s": 10.0,
    }
    return Smtp(Settings(**{**plain, **wanted}))  # type: ignore[arg-type]


def patience(kind: str) -> dict[str, float]:
    """A line that breaks is heard at once; only silence has to be waited out."""
    return IMPATIENT if kind == SILENCE else {}


def failure(port: int, **wanted: object) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        sender(port, **wanted).send(EMAIL)
    return caught.value


# --- One mail --------------------------------------------------------------------------------


def test_the_receipt_is_our_message_id_and_the_servers_word() -> None:
    with running(SmtpDouble()) as double:
        receipt = sender(double.port).send(EMAIL)

    assert (receipt.provider_id, receipt.detail) == (EMAIL.message_id, "2.0.0 Taken over")


def test_a_line_that_begins_with_a_dot_or_from_arrives_as_it_was() -> None:
    text = "From here on:\n.\n..\nthe end."
    with running(SmtpDouble()) as double:
        sender(double.port).send(replace(EMAIL, text=text, html="", attachments=()))

    assert double.mails[0].get_content().splitlines() == text.splitlines()


def test_every_line_ends_as_the_standard_says() -> None:
    with running(SmtpDouble()) as double:
        sender(double.port).send(replace(EMAIL, text="a\rb\r\n.\rc\n.\nd"))

    whole = double.texts[0].replace(b"\r\n", b"")
    assert b"\n" not in whole
    assert b"\r" not in whole


def test_a_long_address_to_unsubscribe_is_on_one_line_and_not_encoded() -> None:
    with running(SmtpDouble()) as double:
        sender(double.port).send(EMAIL)

    line = f"\r\nList-Unsubscribe: {UNSUBSCRIBE['List-Unsubscribe']}\r\n"
    assert line.encode() in double.texts[0]


def test_encoded_words_are_no_longer_than_the_standard_allows() -> None:
    mail = replace(EMAIL, subject="é" * 200, to=f"{'ö' * 100} <zoe@example.com>")
    with running(SmtpDouble()) as double:
        sender(double.port).send(mail)

    words = re.findall(rb"=\?utf-8\?.*?\?=", double.texts[0])
    assert words
    assert max(map(len, words)) <= 75
    assert double.mails[0]["Subject"] == mail.subject
    assert shown_name(message_from_bytes(double.texts[0])["To"]) == "ö" * 100


def test_the_sender_of_the_account_replaces_that_of_the_mail_but_not_its_name() -> None:
    with running(SmtpDouble()) as double:
        sender(double.port, from_address="visits@acme.example").send(EMAIL)

    assert double.mails[0]["From"] == "Acme Repairs <visits@acme.example>"


def test_an_international_domain_is_translated() -> None:
    with running(SmtpDouble()) as double:
        sender(double.port).send(replace(EMAIL, to="carol@bücher.example"))

    assert double.recipients == ["carol@xn--bcher-kva.example"]


def test_letters_that_mail_servers_do_not_take_are_refused() -> None:
    with pytest.raises(PermanentFailure, match="bad_message"):
        sender(kept_port()).send(replace(EMAIL, to="köchin@example.com"))


# --- Answers (F31, F32) ----------------------------------------------------------------------


@pytest.mark.parametrize("step", ["mail", "rcpt", "dot"])
@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        ("452 4.2.2 Mailbox full", TemporaryFailure, "smtp_452"),
        ("550 5.1.1 No such user", PermanentFailure, "smtp_550"),
        ("552 5.3.4 Too large", PermanentFailure, "smtp_552"),
        ("530 5.7.0 Sign in first", CredentialsRefused, "credentials"),
        (CLOSING, TemporaryFailure, "smtp_421"),
    ],
)
def test_an_answer_says_what_to_do_next_at_every_step(
    step: str, reply: str, kind: type[ConnectorError], code: str
) -> None:
    with running(SmtpDouble(**{step: reply})) as double:  # type: ignore[arg-type]
        error = failure(double.port)

    assert (type(error), error.code) == (kind, code)


def test_a_greylisting_server_gets_the_mail_the_second_time() -> None:
    with running(SmtpDouble(greylists=True)) as double:
        connector = sender(double.port)
        with pytest.raises(TemporaryFailure) as caught:
            connector.send(EMAIL)
        connector.send(EMAIL)

    assert caught.value.retry_after_s == 300
    assert len(double.mails) == 1


def test_a_mail_over_the_servers_limit_is_refused_before_its_text_is_sent() -> None:
    with running(SmtpDouble(size_limit=200)) as double:
        error = failure(double.port)

    assert (type(error), error.code) == (PermanentFailure, "smtp_552")
    assert not double.mails


# --- Signing in and TLS ------------------------------------------------------------------------


def test_signs_in_with_name_and_password() -> None:
    with running(SmtpDouble(users={"me": "right"})) as double:
        sender(double.port, user="me", password="right").send(EMAIL)

    assert double.signed_in == ["me"]


def test_a_wrong_password_pauses_the_connector() -> None:
    with running(SmtpDouble(users={"me": "right"})) as double:
        error = failure(double.port, user="me", password="hunter2")

    assert isinstance(error, CredentialsRefused)
    assert "hunter2" not in str(error)


def test_a_server_that_wants_a_sign_in_we_do_not_have_pauses_the_connector() -> None:
    with running(SmtpDouble(users={"me": "right"})) as double:
        assert isinstance(failure(double.port), CredentialsRefused)


def test_a_server_that_takes_no_sign_in_pauses_the_connector() -> None:
    with running(SmtpDouble()) as double:
        assert isinstance(failure(double.port, user="me", password="x"), CredentialsRefused)


def test_a_password_is_never_sent_in_plain_text() -> None:
    with pytest.raises(InvalidSettings, match="security"):
        sender(25, host="mail.example.com", user="me", password="x")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mails_and_passwords_are_encrypted(security: str, tmp_path: Path) -> None:
    context, _file = certificate(tmp_path, "localhost")
    double = SmtpDouble(tls=security, certificate=context, users={"me": "right"})
    with running(double):
        sender(double.port, security=security, user="me", password="right").send(EMAIL)

    assert (double.were_encrypted, double.signed_in) == ([True], ["me"])


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(security: str, tmp_path: Path) -> None:
    context, _file = certificate(tmp_path, "localhost")
    with running(SmtpDouble(tls=security, certificate=context)) as double:
        error = failure(double.port, security=security, host="localhost")

    assert (type(error), error.code) == (TemporaryFailure, "tls_untrusted")
    assert not double.mails


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_trusted_certificate_must_be_of_that_very_host(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, is_fine in (("localhost", True), ("other.example", False)):
        context, file = certificate(tmp_path, name)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with running(SmtpDouble(tls=security, certificate=context)) as double:
            if is_fine:
                sender(double.port, security=security, host="localhost").send(EMAIL)
            else:
                error = failure(double.port, security=security, host="localhost")
                assert error.code == "tls_untrusted"


def test_without_starttls_nothing_is_sent_in_plain_text() -> None:
    with running(SmtpDouble()) as double:
        error = failure(double.port, security="starttls")

    assert (type(error), error.code) == (TemporaryFailure, "tls_not_offered")
    assert not double.recipients


def test_a_starttls_taken_out_on_the_way_is_noticed(tmp_path: Path) -> None:
    context, _file = certificate(tmp_path, "localhost")
    stripped = Fault(swap=(b"250-STARTTLS\r\n", b""))
    with (
        running(SmtpDouble(tls="starttls", certificate=context)) as double,
        proxied(double.port, to_client=stripped) as proxy,
    ):
        error = failure(proxy.port, security="starttls")

    assert error.code == "tls_not_offered"
    assert not double.recipients


def test_a_tls_handshake_that_breaks_is_temporary(tmp_path: Path) -> None:
    context, _file = certificate(tmp_path, "localhost")
    with (
        running(SmtpDouble(tls="tls", certificate=context)) as double,
        proxied(double.port, to_client=Fault("cut", after=50)) as proxy,
    ):
        error = failure(proxy.port, security="tls")

    assert type(error) is TemporaryFailure


# --- Broken lines (F33) ------------------------------------------------------------------------


BREAKS = ["cut", SILENCE]


def test_a_server_that_is_away_is_temporary() -> None:
    assert failure(kept_port()).code == "no_connection"


def test_a_refused_connection_is_temporary() -> None:
    with proxied(kept_port(), refuses=True) as proxy:
        assert failure(proxy.port).code == "no_connection"


@pytest.mark.parametrize("kind", [*BREAKS, "half_close", "drip"])
@pytest.mark.parametrize("after", [0, b"220 "])
def test_a_line_that_breaks_at_the_greeting_is_temporary(kind: str, after: int | bytes) -> None:
    fault = Fault(kind, after=after, pause_s=0.3)
    with running(SmtpDouble()) as double, proxied(double.port, to_client=fault) as proxy:
        error = failure(proxy.port, timeout_s=0.5, accept_timeout_s=0.5)

    assert (type(error), error.code) == (TemporaryFailure, "no_connection")


@pytest.mark.parametrize("kind", BREAKS)
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"ehlo", "no_connection"),
        (b"MAIL FROM", "cut_before_text"),
        (b"RCPT TO", "cut_before_text"),
        (b"DATA", "cut_before_text"),
    ],
)
def test_a_line_that_breaks_before_the_text_is_temporary(
    kind: str, command: bytes, code: str
) -> None:
    fault = Fault(kind, after=command)
    with running(SmtpDouble()) as double, proxied(double.port, to_server=fault) as proxy:
        error = failure(proxy.port, **patience(kind))

    assert (type(error), error.code) == (TemporaryFailure, code)
    assert not double.mails


@pytest.mark.parametrize(
    ("kind", "after"), [("cut", b"Subject:"), (SILENCE, b"Subject:"), ("cut", DOT)]
)
def test_a_line_that_breaks_in_or_after_the_text_leaves_the_outcome_open(
    kind: str, after: bytes
) -> None:
    fault = Fault(kind, after=after)
    with running(SmtpDouble()) as double, proxied(double.port, to_server=fault) as proxy:
        error = failure(proxy.port, **patience(kind))

    assert (type(error), error.code) == (UnknownOutcome, "cut_after_text")


@pytest.mark.parametrize("reply", [DROP, SILENCE, "noise"])
def test_an_answer_to_the_text_that_says_nothing_leaves_the_outcome_open(reply: str) -> None:
    with running(SmtpDouble(dot=reply)) as double:
        assert isinstance(failure(double.port, **patience(reply)), UnknownOutcome)


def test_an_answer_that_drips_does_not_hold_us_for_ever() -> None:
    fault = Fault("drip", after=b"354 ", pause_s=0.2)
    with running(SmtpDouble()) as double, proxied(double.port, to_client=fault) as proxy:
        error = failure(proxy.port, **IMPATIENT)

    assert error.code == "cut_after_text"


def test_a_slow_answer_is_waited_for() -> None:
    fault = Fault("delay", after=b"354 ", pause_s=0.2)
    with running(SmtpDouble()) as double, proxied(double.port, to_client=fault) as proxy:
        sender(proxy.port).send(EMAIL)

    assert len(double.mails) == 1


# --- Kept connections --------------------------------------------------------------------------


def numbered(number: int) -> str:
    return f"notice-{number}@book.example.com"


def test_several_mails_go_over_one_connection() -> None:
    with running(SmtpDouble()) as double:
        connector = sender(double.port)
        for number in range(5):
            connector.send(replace(EMAIL, message_id=numbered(number)))

    assert [mail["Message-ID"] for mail in double.mails] == [
        f"<{numbered(number)}>" for number in range(5)
    ]
    assert double.connections == 1


def test_a_connection_carries_no_more_than_so_many_mails() -> None:
    with running(SmtpDouble()) as double:
        connector = sender(double.port)
        for _ in range(smtp_lines.MOST_MAILS + 1):
            connector.send(EMAIL)

    assert double.connections == 2


def test_a_connection_that_was_idle_too_long_is_left() -> None:
    with running(SmtpDouble()) as double:
        settings = Settings(host="127.0.0.1", port=double.port, security="none")
        connector = Smtp(settings, longest_idle_s=0.0)
        connector.send(EMAIL)
        connector.send(EMAIL)

    assert double.connections == 2


def test_after_a_refusal_the_connection_serves_the_next_mail() -> None:
    with running(SmtpDouble(rcpt=("550 5.1.1 No such user", ACCEPT))) as double:
        connector = sender(double.port)
        with pytest.raises(PermanentFailure):
            connector.send(EMAIL)
        connector.send(EMAIL)

    assert (double.connections, len(double.mails)) == (1, 1)


@pytest.mark.parametrize("farewell", [DROP, CLOSING])
@pytest.mark.parametrize("step", ["mail", "rcpt"])
def test_a_kept_connection_that_has_died_is_replaced_before_the_text(
    step: str, farewell: str
) -> None:
    with running(SmtpDouble(**{step: (ACCEPT, farewell, ACCEPT)})) as double:  # type: ignore[arg-type]
        connector = sender(double.port)
        connector.send(EMAIL)
        connector.send(EMAIL)

    assert (double.connections, len(double.mails)) == (2, 2)


def test_a_kept_connection_is_replaced_only_once() -> None:
    with running(SmtpDouble(mail=(ACCEPT, DROP, DROP, ACCEPT))) as double:
        connector = sender(double.port)
        connector.send(EMAIL)
        with pytest.raises(TemporaryFailure, match="cut_before_text"):
            connector.send(EMAIL)

    assert len(double.mails) == 1


def test_a_mail_is_never_repeated_by_itself_after_its_text() -> None:
    with running(SmtpDouble(dot=(ACCEPT, DROP, ACCEPT))) as double:
        connector = sender(double.port)
        connector.send(EMAIL)
        with pytest.raises(UnknownOutcome):
            connector.send(EMAIL)

    assert len(double.mails) == 2  # the first, and the one nobody knows about


def test_threads_never_share_a_connection() -> None:
    with running(SmtpDouble()) as double:
        connector = sender(double.port, timeout_s=10.0, accept_timeout_s=10.0)

        def send_some(thread: int) -> None:
            for number in range(10):
                connector.send(replace(EMAIL, message_id=numbered(thread * 100 + number)))

        threads = [Thread(target=send_some, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len({mail["Message-ID"] for mail in double.mails}) == 60
    assert all(mail["Subject"] == EMAIL.subject for mail in double.mails)


def test_a_connector_that_nobody_needs_hangs_up() -> None:
    with running(SmtpDouble()) as double:
        connector = sender(double.port)
        connector.send(EMAIL)
        del connector
        gc.collect()  # an open socket would be a warning, and a warning an error


# --- The test button ---------------------------------------------------------------------------


def test_a_check_signs_in_and_sends_nothing() -> None:
    with running(SmtpDouble(users={"me": "right"})) as double:
        text = sender(double.port, user="me", password="right").check()

    assert text == f"127.0.0.1:{double.port} answers, in plain text, signed in as me."
    assert not double.mails


def test_a_check_fails_like_a_mail() -> None:
    with running(SmtpDouble(users={"me": "right"})) as double, pytest.raises(CredentialsRefused):
        sender(double.port, user="me", password="wrong").check()


def test_secrets_are_not_shown() -> None:
    assert "hunter2" not in repr(Settings(host="h", user="me", password="hunter2"))


def test_smtplib_is_told_not_to_talk() -> None:
    """Its debug output holds passwords."""
    assert smtplib.SMTP.debuglevel == 0
