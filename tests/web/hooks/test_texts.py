"""Texts of customers over HTTP: STOP, START, CANCEL (reliability F40, F41)."""

from doorstep.domain.notifications.models import Channel, StaffTask, TaskKind
from doorstep.domain.notifications.services.consent import is_opted_out
from tests.doubles.twilio import TwilioDouble
from tests.factories.customers import carol

from .conftest import Post


def refuses() -> bool:
    return is_opted_out(Channel.SMS, carol().phone, is_optional=False)


def test_f40_stop_and_start_by_text(twilio: TwilioDouble, post: Post) -> None:
    answer = post(twilio.reply_from(carol().phone, "Stop"))
    after_stop = refuses()
    post(twilio.reply_from(carol().phone, "START"))

    assert (after_stop, refuses()) == (True, False)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/xml"
    assert answer.content.endswith(b"<Response/>")


def test_f40_a_stop_that_is_played_again_after_start_changes_nothing(
    twilio: TwilioDouble, post: Post
) -> None:
    stop = twilio.reply_from(carol().phone, "STOP")
    post(stop)
    post(twilio.reply_from(carol().phone, "START"))

    assert post(stop).status_code == 200
    assert not refuses()


def test_f41_cancel_by_text_stops_texts_and_makes_a_task(twilio: TwilioDouble, post: Post) -> None:
    twilio.has_advanced_opt_out = True

    post(twilio.reply_from(carol().phone, "CANCEL"))

    assert refuses()
    assert StaffTask.objects.get().kind == TaskKind.CANCEL_BY_TEXT


def test_words_of_a_customer_arrive_as_she_wrote_them(twilio: TwilioDouble, post: Post) -> None:
    words = "Grüße 👩‍🔧 & 50% + שלום"

    post(twilio.reply_from(carol().phone, words))

    assert StaffTask.objects.get().text == f"{carol().phone}: {words}"
