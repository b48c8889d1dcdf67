"""The office writes words of its own, looks at them, and sends them to itself."""

import pytest
from django.test import Client
from django.urls import reverse

from doorstep.domain.notifications.models import Message, MessageText
from doorstep.domain.organization.models import Portal, Snippet

from .forms import errors_of, row, said, send
from .world import World, page


@pytest.fixture
def text(world: World) -> MessageText:
    return MessageText.objects.get()


def change(text: MessageText) -> str:
    return page(MessageText, "change", text.pk)


def look(text: MessageText) -> str:
    return reverse("office:notifications_messagetext_preview", args=[text.pk])


def test_a_text_begins_with_portal_type_and_language(administrator: Client, world: World) -> None:
    answer = send(
        administrator,
        page(MessageText, "add"),
        portal=str(world.portal.pk),
        message_type="booking_reminder",
        language="de",
    )

    made = MessageText.objects.get(message_type="booking_reminder")
    assert answer["Location"] == change(made)


def test_parts_are_written_beside_the_default_and_the_placeholders(
    administrator: Client, text: MessageText
) -> None:
    html = administrator.get(change(text)).content.decode()

    assert "Your visit is booked: {day}, {window}" in html
    assert "{booking_number}" in html
    assert "Annual boiler service" in html


def test_own_words_are_kept(administrator: Client, text: MessageText) -> None:
    answer = send(administrator, change(text), subject="See you on {day}")

    assert not errors_of(answer)
    text.refresh_from_db()
    assert text.subject == "See you on {day}"


def test_words_that_name_what_is_not_there_are_not_kept(
    administrator: Client, text: MessageText
) -> None:
    answer = send(administrator, change(text), subject="{{settings.SECRET_KEY}}")

    assert "Braces are for placeholders" in errors_of(answer)
    text.refresh_from_db()
    assert text.subject == ""


def test_a_long_text_message_is_kept_with_a_word_about_its_price(
    administrator: Client, text: MessageText
) -> None:
    answer = send(administrator, change(text), sms="x" * 400 + " {link}")

    assert "paid, as 3 text messages" in said(administrator, answer)


def test_a_dispatcher_reads_texts_and_changes_none(dispatcher: Client, text: MessageText) -> None:
    assert dispatcher.get(change(text)).status_code == 200
    assert dispatcher.get(look(text)).status_code == 200

    dispatcher.post(change(text), {"subject": "Mine"})
    answer = dispatcher.post(look(text), {"_send": "1", "channel": "email"})

    text.refresh_from_db()
    assert text.subject == ""
    assert answer.status_code == 404
    assert not Message.objects.filter(is_test=True).exists()


def test_a_preview_shows_what_is_typed_and_keeps_nothing(
    administrator: Client, text: MessageText
) -> None:
    html = administrator.post(look(text), {"subject": "Soon: {day}"}).content.decode()

    assert "Soon: " in html
    assert "paid as 1 text message" in html
    text.refresh_from_db()
    assert text.subject == ""


def test_a_preview_of_a_real_visit_is_found_by_its_number(
    administrator: Client, text: MessageText, world: World
) -> None:
    number = str(world.booking.number)

    html = administrator.post(look(text), {"_look": "1", "booking": number}).content.decode()
    unknown = administrator.post(look(text), {"_look": "1", "booking": "V-000"}).content.decode()

    assert number in html
    assert "Thursday, 26 November 2026" in html
    assert "There is no visit with this number." in unknown


def test_a_mail_in_a_preview_cannot_run_anything(administrator: Client, text: MessageText) -> None:
    answer = administrator.post(look(text), {"opening": "<script>alert(1)</script>"})

    html = answer.content.decode()
    assert "<script>alert(1)" not in html
    assert '<iframe class="office-frame" sandbox ' in html
    assert 'srcdoc="&lt;!doctype html&gt;' in html
    assert "&amp;lt;script&amp;gt;alert(1)" in html
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_test_goes_to_whoever_asks_for_it(administrator: Client, text: MessageText) -> None:
    administrator.post(
        look(text), {"_send": "1", "channel": "email", "subject": "Try", "email": "x@example.com"}
    )

    message = Message.objects.get(is_test=True)
    assert message.address == "otto@example.com"


def test_a_test_by_sms_goes_to_the_phone_that_is_typed(
    administrator: Client, text: MessageText
) -> None:
    administrator.post(look(text), {"_send": "1", "channel": "sms", "phone": "+44 7700 900123"})

    assert Message.objects.get(is_test=True).address == "+447700900123"


def test_snippets_stand_with_the_portal(administrator: Client, world: World) -> None:
    address = page(Portal, "change", world.portal.pk)

    send(administrator, address, **row("snippets", name="hours", text="Mon to Fri"))
    taken = send(administrator, address, **row("snippets", 1, name="link", text="x"))

    assert Snippet.objects.get().name == "hours"
    assert "is a placeholder already" in errors_of(taken)


def test_a_snippet_that_a_text_names_stays(
    administrator: Client, world: World, text: MessageText
) -> None:
    Snippet.objects.create(portal=world.portal, name="hours", text="Mon to Fri")
    MessageText.objects.update(closing="Open {hours}")
    address = page(Portal, "change", world.portal.pk)

    answer = send(administrator, address, **{"snippets-0-DELETE": "on"})

    assert answer.status_code == 200
    assert Snippet.objects.exists()
