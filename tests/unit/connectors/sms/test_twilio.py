from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorstep.connectors.base import (
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.http import HttpClient
from doorstep.connectors.sms.base import FindsSent, OutgoingSms, Polls
from doorstep.connectors.sms.twilio import Settings, Twilio
from doorstep.connectors.webhooks import Progress
from tests.doubles.http import CUT, GARBAGE, HANG_UP, Reply, json_reply, running
from tests.doubles.sms import Step, accept_then
from tests.doubles.twilio import (
    ACCOUNT_SID,
    API_KEY,
    API_SECRET,
    AUTH_TOKEN,
    SENDER,
    SERVICE_SID,
    TwilioDouble,
    busy,
    refuse,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PHONE, LINK = "+4915112345678", "https://d.example/v/4hJk2mNq"
HELLO = OutgoingSms(
    message_id="m-1",
    to=PHONE,
    text=f"See you at ten: {LINK}",
    marker=LINK,
    callback_url="https://doorstep.example/hooks/sms/1/",
)


@pytest.fixture
def server() -> Iterator[TwilioDouble]:
    with running(TwilioDouble(clock=lambda: NOW)) as double:
        yield double


@pytest.fixture
def twilio(server: TwilioDouble) -> Twilio:
    return connect(settings_for(server))


def settings_for(server: TwilioDouble) -> Settings:
    return Settings(
        account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, from_number=SENDER, base_url=server.url
    )


def connect(settings: Settings) -> Twilio:
    client = HttpClient(allow_private=True, read_s=10)
    return Twilio(settings, client=client, clock=lambda: NOW)


# --- Sending -------------------------------------------------------------------------------


def test_sends_from_the_number(twilio: Twilio, server: TwilioDouble) -> None:
    receipt = twilio.send(replace(HELLO, valid_for_s=3600))

    (text,) = server.texts
    assert (receipt.provider_id, receipt.detail) == (text.sid, "queued")
    assert text.form == {
        "To": PHONE,
        "From": SENDER,
        "Body": HELLO.text,
        "ValidityPeriod": "3600",
        "StatusCallback": HELLO.callback_url,
    }


def test_a_messaging_service_goes_before_the_number(server: TwilioDouble) -> None:
    twilio = connect(replace(settings_for(server), messaging_service_sid=SERVICE_SID))

    assert twilio.send(HELLO).detail == "accepted"
    assert "From" not in server.texts[0].form
    assert server.texts[0].form["MessagingServiceSid"] == SERVICE_SID


def test_signs_in_with_the_key_if_there_is_one(server: TwilioDouble) -> None:
    server.auth_token = "only the key is right"
    twilio = connect(replace(settings_for(server), api_key=API_KEY, api_secret=API_SECRET))

    assert twilio.send(HELLO).provider_id


@pytest.mark.parametrize(("asked", "sent"), [(0, "1"), (90, "90"), (10**6, "36000")])
def test_usefulness_stays_within_what_twilio_allows(
    twilio: Twilio, server: TwilioDouble, asked: int, sent: str
) -> None:
    twilio.send(replace(HELLO, valid_for_s=asked))

    assert server.texts[0].form["ValidityPeriod"] == sent


@pytest.mark.parametrize(
    "url", ["", "http://localhost:8000/hooks/", "https://my_host.example/", "x", "http://["]
)
def test_an_address_twilio_would_refuse_does_not_stop_the_text(
    twilio: Twilio, server: TwilioDouble, url: str
) -> None:
    receipt = twilio.send(replace(HELLO, callback_url=url))

    assert "StatusCallback" not in server.texts[0].form
    assert receipt.detail == "queued, will not be reported"


@pytest.mark.parametrize(
    ("number", "code"),
    [(21211, "bad_number"), (21212, "bad_sender"), (21606, "bad_sender"),
     (21408, "region_not_allowed"), (21602, "empty"), (21608, "trial"), (21610, "opted_out"),
     (21612, "unroutable"), (21614, "not_mobile"), (21617, "too_long"), (21635, "landline"),
     (29999, "twilio_29999")],
)  # fmt: skip
def test_a_refusal_has_its_reason(
    twilio: Twilio, server: TwilioDouble, number: int, code: str
) -> None:
    server.refusals[PHONE] = number

    with pytest.raises(PermanentFailure) as caught:
        twilio.send(HELLO)

    assert caught.value.code == code
    assert str(number) in str(caught.value)


def test_a_text_of_1601_characters_is_too_long(twilio: Twilio) -> None:
    with pytest.raises(PermanentFailure, match="too_long"):
        twilio.send(replace(HELLO, text="x" * 1601))


def test_a_full_queue_is_tried_again(twilio: Twilio, server: TwilioDouble) -> None:
    server.script.append(refuse(21611))

    with pytest.raises(TemporaryFailure, match="queue_full"):
        twilio.send(HELLO)


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("30", 30), ("Mon, 23 Nov 2026 09:02:00 GMT", 120), ("soon", None)]
)
def test_waits_as_long_as_twilio_asks(
    twilio: Twilio, server: TwilioDouble, retry_after: str, seconds: int | None
) -> None:
    server.script.append(busy(retry_after))

    with pytest.raises(TemporaryFailure, match="too_many") as caught:
        twilio.send(HELLO)

    assert caught.value.retry_after_s == seconds
    assert server.texts == []


def test_a_wrong_token_stops_the_connector(twilio: Twilio, server: TwilioDouble) -> None:
    server.auth_token = "changed at Twilio"

    with pytest.raises(CredentialsRefused):
        twilio.send(HELLO)


@pytest.mark.parametrize(
    "reply",
    [GARBAGE, json_reply([]), json_reply({}), json_reply({"sid": "../../x"}),
     json_reply({"sid": 7}), Reply(201, b"[" * 50_000), Reply(204)],
)  # fmt: skip
def test_success_without_a_message_leaves_the_outcome_open(
    twilio: Twilio, server: TwilioDouble, reply: Reply
) -> None:
    server.script.append(Step(reply))

    with pytest.raises(UnknownOutcome):
        twilio.send(HELLO)


# --- Looking before sending again ----------------------------------------------------------


@pytest.mark.parametrize("reply", [Reply(500), Reply(504), CUT, HANG_UP])
def test_finds_what_was_taken_over_before_the_answer_was_lost(
    twilio: Twilio, server: TwilioDouble, reply: Reply
) -> None:
    server.script.append(accept_then(reply))
    with pytest.raises(UnknownOutcome):
        twilio.send(HELLO)

    assert isinstance(twilio, FindsSent)
    receipt = twilio.find(HELLO, NOW)

    assert receipt is not None
    assert receipt.provider_id == server.texts[0].sid


def test_finds_a_text_that_has_left_and_one_that_waits(
    twilio: Twilio, server: TwilioDouble
) -> None:
    sid = twilio.send(HELLO).provider_id
    waiting = twilio.find(HELLO, NOW)
    server.advance(sid, "delivered")
    gone = twilio.find(HELLO, NOW)

    assert waiting is not None
    assert waiting == gone


def test_does_not_take_another_text_for_this_one(twilio: Twilio) -> None:
    twilio.send(replace(HELLO, text="See you at ten: https://d.example/v/other"))
    twilio.send(replace(HELLO, to="+33612345678"))

    assert twilio.find(HELLO, NOW) is None


def test_a_text_may_show_at_the_second_look(twilio: Twilio, server: TwilioDouble) -> None:
    twilio.send(HELLO)
    server.hidden_looks = 2  # one look asks twice: by day, and for the newest

    assert twilio.find(HELLO, NOW) is None
    assert twilio.find(HELLO, NOW) is not None


def test_without_a_marker_the_words_and_the_time_decide(twilio: Twilio) -> None:
    unmarked = replace(HELLO, text="Your visit is canceled.\nSorry! ", marker="")
    twilio.send(unmarked)

    assert twilio.find(unmarked, NOW) is not None
    assert twilio.find(unmarked, NOW + timedelta(minutes=5)) is None
    assert twilio.find(replace(unmarked, text="Your visit is moved."), NOW) is None


def test_looks_through_several_pages(twilio: Twilio, server: TwilioDouble) -> None:
    wanted = twilio.send(HELLO)
    for number in range(250):
        twilio.send(replace(HELLO, text=f"Text {number}"))
    for text in server.texts:
        server.advance(text.sid, "sent")

    receipt = twilio.find(HELLO, NOW)

    assert receipt is not None
    assert receipt.provider_id == wanted.provider_id


def test_asks_for_the_number_and_the_day(twilio: Twilio, server: TwilioDouble) -> None:
    twilio.find(HELLO, datetime(2026, 11, 24, 1, 0, tzinfo=UTC).astimezone())

    query = parse_qs(urlsplit(server.requests[0].path).query)
    assert (query["To"], query["DateSent>"]) == ([PHONE], ["2026-11-24"])


@pytest.mark.parametrize(
    "reply",
    [Reply(500), Reply(429), GARBAGE, CUT, json_reply([]), json_reply({"messages": None}),
     json_reply({"messages": [], "next_page_uri":
                 f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json?Page=1"})],
)  # fmt: skip
def test_a_look_that_failed_is_no_proof_of_absence(
    twilio: Twilio, server: TwilioDouble, reply: Reply
) -> None:
    server.reply = reply

    with pytest.raises(TemporaryFailure):
        twilio.find(HELLO, NOW)


@pytest.mark.parametrize(
    "address",
    ["//evil.example/Messages.json?", ".evil.example/Messages.json?", "@evil.example/",
     "/2010-04-01/Accounts/ACx/Messages.json?", "https://evil.example/", 7],
)  # fmt: skip
def test_signs_in_nowhere_else_for_the_next_page(
    twilio: Twilio, server: TwilioDouble, address: object
) -> None:
    server.reply = json_reply({"messages": [], "next_page_uri": address})

    with pytest.raises(TemporaryFailure, match="elsewhere"):
        twilio.find(HELLO, NOW)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "message",
    ["text", {}, {"sid": None}, {"sid": "SM" + "0" * 32, "body": None},
     {"sid": "SM" + "0" * 32, "body": LINK, "direction": "inbound"},
     {"sid": "x", "body": LINK, "direction": "outbound-api"}],
)  # fmt: skip
def test_strange_rows_of_the_list_are_not_the_text(
    twilio: Twilio, server: TwilioDouble, message: object
) -> None:
    server.reply = json_reply({"messages": [message]})

    assert twilio.find(HELLO, NOW) is None


# --- Asking --------------------------------------------------------------------------------


def test_asks_for_the_state_of_one_text(twilio: Twilio, server: TwilioDouble) -> None:
    sid = twilio.send(HELLO).provider_id
    assert isinstance(twilio, Polls)
    assert twilio.state_of(sid).progress == Progress.QUEUED

    server.advance(sid, "undelivered", 30003)
    report = twilio.state_of(sid)

    assert (report.provider_id, report.progress) == (sid, Progress.FAILED)
    assert (report.code, report.event_id) == ("unreachable", f"{sid}:undelivered")


@pytest.mark.parametrize("provider_id", ["SM" + "f" * 32, "../Accounts", "", "SM1"])
def test_a_text_twilio_has_never_heard_of(twilio: Twilio, provider_id: str) -> None:
    with pytest.raises(PermanentFailure, match="unknown_message"):
        twilio.state_of(provider_id)


def test_a_state_that_is_new_to_us_is_asked_for_again(twilio: Twilio, server: TwilioDouble) -> None:
    sid = twilio.send(HELLO).provider_id
    server.advance(sid, "teleported")

    with pytest.raises(TemporaryFailure, match="teleported"):
        twilio.state_of(sid)


def test_the_check_names_account_and_sender(twilio: Twilio, server: TwilioDouble) -> None:
    server.account_type = "Trial"

    said = twilio.check()

    assert "Brook Heating" in said
    assert SENDER in said
    assert "trial" in said


def test_the_check_tries_the_key_and_the_token(server: TwilioDouble) -> None:
    settings = replace(settings_for(server), api_key=API_KEY, api_secret="wrong")
    with pytest.raises(CredentialsRefused):
        connect(settings).check()

    assert connect(replace(settings, api_secret=API_SECRET)).check()


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_a_suspended_account_pauses_the_connector(
    twilio: Twilio, server: TwilioDouble, status: str
) -> None:
    server.account_status = status

    with pytest.raises(CredentialsRefused, match=status):
        twilio.check()


# --- Settings ------------------------------------------------------------------------------

GOOD = Settings(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, from_number=SENDER)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (replace(GOOD, account_sid="SK" + "a" * 32), "account_sid"),
        (replace(GOOD, account_sid=f"{ACCOUNT_SID}/../x"), "account_sid"),
        (replace(GOOD, from_number=""), "from_number"),
        (replace(GOOD, api_key=API_KEY), "api_key"),
        (replace(GOOD, api_secret=API_SECRET), "api_secret"),
        *[
            (replace(GOOD, base_url=url), "base_url")
            for url in ("http://api.twilio.com", "ftp://x", "x", "https://", "https://a/b?c",
                        "http://127.0.0.1.evil.example", "https://u:p@a.example", "https://[")
        ],
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused_at_once(settings: Settings, complaint: str) -> None:
    with pytest.raises(InvalidSettings, match=complaint):
        Twilio(settings)


def test_a_server_inside_is_out_of_reach() -> None:
    twilio = Twilio(replace(GOOD, base_url="https://localhost:9"))

    with pytest.raises(PermanentFailure, match="address_forbidden"):
        twilio.send(HELLO)
