"""Microsoft 365 against a double of its sign-in and Graph (faults F34, F35)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.email.graph_mail import GraphMail, Settings
from doorstep.connectors.http import HttpClient
from tests.doubles.graph_mail import (
    CLIENT,
    MAILBOX,
    SECRET,
    TENANT,
    THEN_500,
    THEN_504,
    THEN_HANG_UP,
    THEN_SILENCE,
    GraphMailDouble,
    graph_error,
)
from tests.doubles.http import GARBAGE, Reply, free_url, json_reply, running
from tests.unit.connectors.email.mails import EMAIL

SINCE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def sender(url: str, *, patience_s: float = 10, **wanted: str) -> GraphMail:
    values = {
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "mailbox": MAILBOX,
        "base_url": f"{url}/v1.0",
        "authority_url": url,
    }
    client = HttpClient(allow_private=True, read_s=patience_s, total_s=patience_s)
    return GraphMail(Settings(**{**values, **wanted}), client=client)


def failure(double: GraphMailDouble, **wanted: str) -> ConnectorError:
    with running(double), pytest.raises(ConnectorError) as caught:
        sender(double.url, **wanted).send(EMAIL)
    return caught.value


def test_the_mail_leaves_from_the_mailbox_and_keeps_its_sender_name() -> None:
    with running(GraphMailDouble()) as double:
        receipt = sender(double.url).send(EMAIL)

    assert double.sent[0]["From"] == f"Acme Repairs <{MAILBOX}>"
    assert receipt.provider_id == EMAIL.message_id
    assert receipt.detail == "request-id r-1"


def test_graphs_json_would_not_take_the_headers_that_mime_keeps() -> None:
    """Why mails travel as MIME."""
    with running(GraphMailDouble(valid_tokens={"t"})) as double:
        message = {
            "subject": "Visit",
            "internetMessageHeaders": [{"name": "List-Unsubscribe", "value": "<https://x>"}],
        }
        answer = HttpClient(allow_private=True).request(
            "POST",
            f"{double.url}/v1.0/users/{MAILBOX}/sendMail",
            json={"message": message},
            headers={"Authorization": "Bearer t"},
        )

    assert answer.status == 400
    assert not double.sent


# --- Signing in --------------------------------------------------------------------------------


def test_one_token_serves_many_mails() -> None:
    with running(GraphMailDouble()) as double:
        connector = sender(double.url)
        connector.send(EMAIL)
        connector.send(EMAIL)

    assert (double.tokens_given, len(double.sent)) == (1, 2)


def test_of_several_threads_one_asks_for_the_token() -> None:
    with running(GraphMailDouble()) as double, ThreadPoolExecutor(4) as threads:
        list(threads.map(sender(double.url).send, [EMAIL] * 4))

    assert double.tokens_given == 1


def test_a_token_at_its_end_is_renewed_before_it_is_used() -> None:
    with running(GraphMailDouble(token_lasts_s=0)) as double:
        connector = sender(double.url)
        connector.send(EMAIL)
        connector.send(EMAIL)

    assert double.tokens_given == 2


def test_a_token_that_is_refused_is_replaced_once() -> None:
    with running(GraphMailDouble()) as double:
        connector = sender(double.url)
        connector.send(EMAIL)
        double.expire_tokens()
        connector.send(EMAIL)

    assert (double.tokens_given, len(double.sent)) == (2, 2)


def test_a_new_token_that_is_refused_too_pauses_the_connector() -> None:
    error = failure(GraphMailDouble(token_reply=json_reply({"access_token": "x", "expires_in": 9})))

    assert isinstance(error, CredentialsRefused)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"client_secret": "wrong-secret"}, "AADSTS7000215"),
        ({"client_secret": "expired-secret"}, "has expired"),
        ({"client_id": "other"}, "does not know this application"),
        ({"tenant_id": "nowhere.example"}, "no such tenant"),
    ],
)
def test_a_refused_sign_in_pauses_the_connector_and_says_why(
    wanted: dict[str, str], text: str
) -> None:
    error = failure(GraphMailDouble(), **wanted)

    assert isinstance(error, CredentialsRefused)
    assert text in error.text
    assert "secret" not in wanted or wanted["client_secret"] not in str(error)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503),
        Reply(404),
        GARBAGE,
        json_reply({}),
        json_reply([]),
        Reply(hangs_up=True),
        json_reply({"error": "temporarily_unavailable"}, 400),
    ],
)
def test_a_sign_in_service_in_trouble_is_temporary(reply: Reply) -> None:
    assert type(failure(GraphMailDouble(token_reply=reply))) is TemporaryFailure


def test_secrets_are_sent_over_https_only() -> None:
    with pytest.raises(InvalidSettings, match="https"):
        sender("http://graph.example.com")


# --- Errors by code ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "ErrorAccessDenied", CredentialsRefused),
        (403, "Authorization_RequestDenied", CredentialsRefused),
        (403, "ErrorSendAsDenied", CredentialsRefused),
        (404, "MailboxNotEnabledForRESTAPI", CredentialsRefused),
        (404, "ErrorInvalidUser", CredentialsRefused),
        (404, "Request_ResourceNotFound", CredentialsRefused),
        (507, "ErrorQuotaExceeded", CredentialsRefused),
        (429, "ApplicationThrottled", TemporaryFailure),
        (429, "SomethingNew", TemporaryFailure),
        (503, "ErrorServerBusy", TemporaryFailure),
        (400, "ErrorInvalidRecipients", PermanentFailure),
        (413, "ErrorMessageSizeExceeded", PermanentFailure),
        (404, "ErrorItemNotFound", PermanentFailure),
        (500, "ErrorInternalServerError", UnknownOutcome),
        (503, "ServiceUnavailable", UnknownOutcome),
        (504, "UnknownError", UnknownOutcome),
    ],
)
def test_an_error_is_judged_by_its_code(status: int, code: str, kind: type[ConnectorError]) -> None:
    error = failure(GraphMailDouble(script=[graph_error(status, code)]))

    assert type(error) is kind
    assert code in str(error)


def test_the_code_inside_counts_too() -> None:
    error = failure(GraphMailDouble(script=[graph_error(400, "BadRequest", "ErrorAccessDenied")]))

    assert isinstance(error, CredentialsRefused)


@pytest.mark.parametrize("date", [False, True])
def test_a_wait_is_taken_over_as_seconds_and_as_a_date(date: bool) -> None:
    then = datetime.now(UTC) + timedelta(seconds=100)
    value = format_datetime(then, usegmt=True) if date else "100"
    error = failure(
        GraphMailDouble(script=[graph_error(429, "TooManyRequests", retry_after=value)])
    )

    assert isinstance(error, TemporaryFailure)
    assert error.retry_after_s is not None
    assert 90 < error.retry_after_s <= 100


def test_no_more_than_four_calls_are_under_way_at_once() -> None:
    double = GraphMailDouble(takes_s=0.3)
    with running(double), ThreadPoolExecutor(12) as threads:
        list(threads.map(sender(double.url).send, [EMAIL] * 12))

    assert (double.most_at_once, len(double.sent)) == (4, 12)


def test_a_service_that_is_away_is_temporary() -> None:
    with pytest.raises(TemporaryFailure, match="no_connection"):
        sender(free_url()).send(EMAIL)


@pytest.mark.parametrize("reply", [Reply(200, b"{}"), Reply(302), GARBAGE, Reply(502, b"<html>")])
def test_an_answer_that_is_not_graphs_leaves_the_outcome_open(reply: Reply) -> None:
    assert type(failure(GraphMailDouble(script=[reply]))) is UnknownOutcome


# --- Finding what was sent (F34) -----------------------------------------------------------------


@pytest.mark.parametrize("behavior", [THEN_500, THEN_504, THEN_HANG_UP, THEN_SILENCE])
@pytest.mark.parametrize("rewrites", [False, True])
def test_a_mail_that_left_without_an_answer_is_found(behavior: str, rewrites: bool) -> None:
    double = GraphMailDouble(script=[behavior], rewrites_message_id=rewrites)
    with running(double):
        connector = sender(double.url, patience_s=1.5 if behavior == THEN_SILENCE else 10)
        with pytest.raises(UnknownOutcome):
            connector.send(EMAIL)
        receipt = connector.find(EMAIL, SINCE)

    assert receipt is not None
    assert receipt.provider_id == EMAIL.message_id
    assert len(double.sent) == 1


def test_a_mail_that_did_not_leave_is_not_found() -> None:
    double = GraphMailDouble(script=[Reply(500)])
    with running(double):
        connector = sender(double.url)
        with pytest.raises(UnknownOutcome):
            connector.send(EMAIL)

        assert connector.find(EMAIL, SINCE) is None


def test_another_mail_is_not_taken_for_ours() -> None:
    with running(GraphMailDouble()) as double:
        connector = sender(double.url)
        connector.send(replace(EMAIL, message_id="other@book.example.com"))

        assert connector.find(EMAIL, SINCE) is None


def test_an_apostrophe_in_the_message_id_does_no_harm() -> None:
    odd = replace(EMAIL, message_id="o'hara' or '1' eq '1@book.example.com")
    with running(GraphMailDouble()) as double:
        connector = sender(double.url)
        connector.send(EMAIL)

        assert connector.find(odd, SINCE) is None


# --- The test button -----------------------------------------------------------------------------


def test_a_check_signs_in_and_looks_into_the_mailbox() -> None:
    with running(GraphMailDouble()) as double:
        text = sender(double.url).check()

    assert text == f"Signed in; the mailbox {MAILBOX} can be read."
    assert not double.sent


def test_a_check_of_another_mailbox_fails() -> None:
    with running(GraphMailDouble()) as double, pytest.raises(CredentialsRefused):
        sender(double.url, mailbox="boss@contoso.example").check()
