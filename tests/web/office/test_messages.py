"""The message log: found, read to the end, sent again, taken back, and told on the visit's page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.connectors.webhooks import Progress
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.codes import count_opening
from doorstep.domain.notifications.models import (
    Attempt,
    Message,
    MessageState,
    Outcome,
    ProviderReport,
)
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services.actions import IsTest, resend
from doorstep.domain.notifications.services.visits import tell_confirmed
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from tests.conftest import NOW
from tests.factories.customers import carol
from tests.factories.identity import dana
from tests.factories.notifications import make_sms_account, set_messages
from tests.factories.resources import tom

from .forms import run_dialog, said
from .world import World, page


@pytest.fixture
def message(world: World) -> Message:
    """Carol's confirmation, waiting to be sent."""
    return tell_confirmed(booking_id=world.booking.pk, now=NOW)[0]


def become(message: Message, state: MessageState, **values: object) -> Message:
    Message.objects.filter(pk=message.pk).update(state=state, **values)
    message.refresh_from_db()
    return message


def shown(client: Client, message: Message) -> str:
    return client.get(page(Message, "change", message.pk)).content.decode()


def act(client: Client, message: Message, action: str) -> str:
    """Press the button and confirm; what is said then, "" if the dialog stays open."""
    answer = run_dialog(client, f"{page(Message)}{message.pk}/{action}/")
    if "HX-Redirect" not in answer.headers:
        return answer.content.decode()
    answer["Location"] = answer.headers["HX-Redirect"]
    return said(client, answer)


# --- The list --------------------------------------------------------------------------------


def test_the_list_says_what_to_whom_and_what_became_of_it(
    dispatcher: Client, world: World, message: Message
) -> None:
    become(message, MessageState.SUPPRESSED, reason=Reason.OPTED_OUT)

    content = dispatcher.get(page(Message)).content.decode()

    assert "Booking confirmed" in content
    assert "booking_confirmed</a>" not in content
    for part in (carol().email, str(carol()), str(world.booking.number), "Suppressed",
                 str(Reason.OPTED_OUT.label)):  # fmt: skip
        assert part in content


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("message_type=booking_confirmed", 1), ("message_type=booking_reminder", 0),
        ("state__exact=pending", 1), ("channel__exact=sms", 0), ("is_test__exact=1", 0),
        ("q=carol@example.com", 1), ("q=Customer", 1), ("q=nobody", 0), ("trouble=1", 1),
        ("portal__id__exact=0", 0),
    ],
)  # fmt: skip
def test_the_list_is_filtered_and_searched(
    dispatcher: Client, message: Message, query: str, count: int
) -> None:
    answer = dispatcher.get(f"{page(Message)}?{query}")

    assert answer.context["cl"].result_count == count


def test_a_message_is_found_by_the_number_of_its_visit_and_of_its_work_order(
    dispatcher: Client, world: World, message: Message
) -> None:
    for number in (world.booking.number, world.work_order.number):
        answer = dispatcher.get(page(Message), {"q": number})
        assert list(answer.context["cl"].result_list) == [message]


def test_bounced_messages_are_trouble_too(dispatcher: Client, message: Message) -> None:
    become(message, MessageState.BOUNCED)

    answer = dispatcher.get(f"{page(Message)}?trouble=1")

    assert message in answer.context["cl"].result_list


# --- One message -----------------------------------------------------------------------------


def test_every_attempt_is_shown_with_the_answer_and_the_account(
    dispatcher: Client, message: Message
) -> None:
    account = make_sms_account(name="Twilio UK")
    message.attempts.create(
        account=account, started_at=NOW, finished_at=NOW + timedelta(seconds=2),
        outcome=Outcome.TEMPORARY, code="smtp_451", detail="Greylisted, come back later",
    )  # fmt: skip
    message.attempts.create(account=account, started_at=NOW)

    content = shown(dispatcher, message)

    for part in ("Twilio UK", "Refused for now", "smtp_451", "Greylisted, come back later",
                 "2.0 s", "Nobody knows yet"):  # fmt: skip
        assert part in content


def test_reports_are_shown_in_the_order_in_which_they_came(
    dispatcher: Client, message: Message
) -> None:
    account = make_sms_account(name="Gateway")
    for number, progress in enumerate((Progress.SENT, Progress.FAILED)):
        ProviderReport.objects.create(
            account=account, event_key=str(number), provider_id="SM1", message=message,
            progress=progress, code="30007", text="Carrier filtered",
            received_at=NOW + timedelta(seconds=number),
        )  # fmt: skip

    content = shown(dispatcher, message)

    assert "Carrier filtered" in content
    assert content.index(">sent<") < content.index(">failed<")


def test_the_link_of_a_message_is_named_with_its_openings_and_never_shown(
    dispatcher: Client, world: World, message: Message
) -> None:
    assert message.code is not None
    assert "never opened" in shown(dispatcher, message)

    count_opening(code=message.code, now=timezone.now())

    assert "(1 times)" in shown(dispatcher, message)


def test_a_text_message_is_shown_with_its_parts(dispatcher: Client, message: Message) -> None:
    become(message, MessageState.SENT, channel="sms", text="ä" * 161)
    assert "2 (GSM-7, 161 units)" in shown(dispatcher, message)
    # Where a code stood is a mark, which is no reason to count in the large alphabet.
    become(message, MessageState.SENT, text="https://d.example/v/•••")
    assert "1 (GSM-7, 46 units)" in shown(dispatcher, message)
    become(message, MessageState.SENT, text="مرحبا")
    assert "1 (UCS-2, 5 units)" in shown(dispatcher, message)


def test_what_it_follows_and_what_follows_it_lead_to_each_other(
    dispatcher: Client, message: Message
) -> None:
    become(message, MessageState.FAILED)
    act(dispatcher, message, "send_again")
    again = message.followers.get()

    assert page(Message, "change", again.pk) in shown(dispatcher, message)
    assert page(Message, "change", message.pk) in shown(dispatcher, again)


# --- Sending again, taking back --------------------------------------------------------------


def test_a_dispatcher_sends_a_message_again(dispatcher: Client, message: Message) -> None:
    become(message, MessageState.FAILED)

    told = act(dispatcher, message, "send_again")

    again = message.followers.get()
    assert again.state == MessageState.PENDING
    assert told == f"It goes out again, to {carol().email}."
    assert [(entry.action, entry.actor) for entry in history_of(message)] == [
        ("sent again", dana())
    ]


def test_sending_again_says_when_it_is_suppressed(dispatcher: Client, message: Message) -> None:
    become(message, MessageState.FAILED)
    assert message.portal is not None
    set_messages(message.portal, switched_off=["booking_confirmed"])

    told = act(dispatcher, message, "send_again")

    assert told == f"It is not sent again: {Reason.SWITCHED_OFF.label}"


def test_a_waiting_message_is_taken_back(dispatcher: Client, message: Message) -> None:
    assert act(dispatcher, message, "take_it_back") == "It will not be sent."

    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.CANCELED, Reason.TAKEN_BACK)
    assert [(entry.action, entry.actor) for entry in history_of(message)] == [
        ("taken back", dana())
    ]


def test_a_message_that_is_being_sent_at_this_moment_is_not_taken_back(
    dispatcher: Client, message: Message
) -> None:
    until = timezone.now() + timedelta(minutes=1)
    become(message, MessageState.PENDING, lease_until=until, lease_code="x")

    told = act(dispatcher, message, "take_it_back")

    assert "not waiting any more" in told
    message.refresh_from_db()
    assert message.state == MessageState.PENDING


@pytest.mark.parametrize(("state", "action"), [("pending", "send_again"), ("sent", "take_it_back")])
def test_what_cannot_be_done_is_not_offered(
    dispatcher: Client, message: Message, state: str, action: str
) -> None:
    become(message, MessageState(state))

    assert f"/{action}/" not in shown(dispatcher, message)


def test_a_test_that_staff_sent_themselves_is_not_sent_to_a_customer(
    dispatcher: Client, message: Message
) -> None:
    become(message, MessageState.SENT, is_test=True)

    assert "/send_again/" not in shown(dispatcher, message)
    with pytest.raises(IsTest):
        resend(message=message, actor=SYSTEM, now=NOW)
    assert not message.followers.exists()


@pytest.mark.parametrize("action", ["send_again", "take_it_back"])
def test_others_do_nothing_here(message: Message, action: str) -> None:
    address = f"{page(Message)}{message.pk}/{action}/"
    for user in (None, carol().user, tom().user):
        client = Client()
        if user is not None:
            client.force_login(user)
        answer = client.post(address, {"_form_submitted": "True"})
        assert answer.status_code == (302 if user is None else 404)
    message.refresh_from_db()
    assert message.state == MessageState.PENDING


@pytest.mark.parametrize("action", ["send_again", "take_it_back"])
def test_looking_at_a_dialog_changes_nothing(
    dispatcher: Client, message: Message, action: str
) -> None:
    become(message, MessageState.FAILED if action == "send_again" else MessageState.PENDING)
    before = list(Message.objects.values())

    dispatcher.get(f"{page(Message)}{message.pk}/{action}/")

    assert list(Message.objects.values()) == before


# --- On the visit ----------------------------------------------------------------------------


def test_the_pages_of_visit_and_work_order_tell_all_messages_also_the_suppressed(
    dispatcher: Client, world: World, message: Message
) -> None:
    become(message, MessageState.SUPPRESSED, reason=Reason.NO_ADDRESS)

    for address in (
        page(Booking, "change", world.booking.pk),
        page(WorkOrder, "change", world.work_order.pk),
    ):
        content = dispatcher.get(address).content.decode()
        assert page(Message, "change", message.pk) in content
        assert str(Reason.NO_ADDRESS.label) in content


def test_attempts_of_a_crowd_cost_no_more_queries(
    dispatcher: Client, message: Message, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        Attempt.objects.create(message=message, started_at=NOW + timedelta(seconds=number))

    with django_assert_max_num_queries(25):  # type: ignore[operator]
        shown(dispatcher, message)
