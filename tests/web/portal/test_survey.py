"""After a visit: what the page says was done, the survey, and booking the same again."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from doorstep.domain.bookings.models import Booking, BookingNote
from doorstep.domain.surveys.models import SurveyAnswer
from tests.factories.bookings import World, book, make_link
from tests.factories.customers import make_account, make_asset, make_contact, mallory
from tests.factories.identity import make_user
from tests.factories.surveys import SURVEY_HOST, answer, ask_by_own_form, ask_elsewhere, complete

from .conftest import SignIn
from .journey import text_of
from .visitors import base_of, block, come

NOTE = "Fitted a new pump. Please bleed the radiators."


@pytest.fixture
def visit(world: World) -> Booking:
    """Completed now, with a public and an inner note of the technician."""
    ask_by_own_form(world.portal)
    now = timezone.now()
    made = complete(book(world, now=now, details="The key is under the mat."), at=now)
    BookingNote.objects.create(booking=made, text=NOTE, is_public=True)
    BookingNote.objects.create(booking=made, text="Did not pay last time.")
    return made


def page_of(visit: Booking, part: str = "") -> str:
    return f"/visits/{visit.code}/{part}"


def policy(response: object) -> str:
    return response.headers["Content-Security-Policy"]  # type: ignore[attr-defined]


# --- The completed page -----------------------------------------------------------------------


def test_the_page_says_what_was_done_and_when_and_asks(
    world: World, carols: Client, visit: Booking
) -> None:
    text = text_of(carols.get(page_of(visit)))

    for part in (world.service.customer_name, "What was done", NOTE, "How did we do?", "Book again",
                 "Monday, 23 November 2026, 09:00, London time"):  # fmt: skip
        assert part in text
    assert "Did not pay" not in text


def test_a_link_says_what_was_done_and_nothing_else_of_it(world: World, visit: Booking) -> None:
    asset = make_asset(account=world.contact.account, name="Vault boiler")
    visit.work_order.asset = asset
    visit.work_order.save()
    _client, page = come(make_link(visit, now=timezone.now()))

    text = text_of(page)
    assert all(part in text for part in (world.service.customer_name, NOTE, "How did we do?"))
    secrets = (
        "Deansgate", visit.number, "under the mat", "Did not pay", "Vault boiler", "Carol",
        world.technician.name, visit.work_order.number,
    )  # fmt: skip
    assert [secret for secret in secrets if secret in page.content.decode()] == []


def test_long_after_the_visit_a_link_tells_state_and_time_alone(
    world: World, visit: Booking
) -> None:
    link = make_link(visit, now=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        _client, page = come(link)

    assert page.status_code == 200
    for hidden in (world.service.customer_name, NOTE, "How did we do?"):
        assert hidden not in page.content.decode()


@pytest.mark.parametrize("status", ["Scheduled", "Canceled"])
def test_other_visits_are_not_asked_about(
    world: World, carols: Client, visit: Booking, status: str
) -> None:
    Booking.objects.update(status=visit.status.__class__.objects.get(name=status, is_default=True))

    assert "How did we do?" not in text_of(carols.get(page_of(visit)))
    assert carols.get(page_of(visit, "survey/")).status_code == 404
    assert carols.post(page_of(visit, "survey/"), {"rating": 5}).status_code == 404
    assert not SurveyAnswer.objects.exists()


# --- Our own form -----------------------------------------------------------------------------


def test_feedback_is_sent_thanked_for_and_changed(carols: Client, visit: Booking) -> None:
    answered = carols.post(
        page_of(visit, "survey/"), {"rating": 4, "comment": "Kind."}, follow=True
    )

    assert answered.redirect_chain == [(f"{page_of(visit, 'survey/')}?done=1", 302)]
    assert "Thank you for your feedback" in text_of(answered)
    again = carols.get(page_of(visit, "survey/"))
    assert re.search(r'value="4"[^>]*checked', again.content.decode())
    assert "Kind." in text_of(again)
    carols.post(page_of(visit, "survey/"), {"rating": 2, "comment": ""})
    kept = SurveyAnswer.objects.get()
    assert (kept.rating, kept.comment, kept.source) == (2, "", "portal")


def test_without_stars_what_was_typed_stays(world: World, carols: Client, visit: Booking) -> None:
    world.service.survey_question = "Was everything left tidy?"
    world.service.save()

    page = carols.post(page_of(visit, "survey/"), {"question_rating": 3, "comment": "<b>Kind</b>"})

    assert page.status_code == 400
    html = page.content.decode()
    assert "Please choose one to five stars." in html
    assert 'href="#id_rating"' in html
    assert 'id="id_rating"' in html
    assert "&lt;b&gt;Kind&lt;/b&gt;" in html
    assert html.count("checked") == 1
    assert not SurveyAnswer.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"rating": "0"}, {"rating": "6"}, {"rating": "x"}, {},
             {"rating": "3", "comment": "x" * 2001}],
)  # fmt: skip
def test_what_is_no_answer_is_refused(carols: Client, visit: Booking, sent: dict[str, str]) -> None:
    assert carols.post(page_of(visit, "survey/"), sent).status_code == 400
    assert not SurveyAnswer.objects.exists()


def test_after_fourteen_days_an_answer_stays_as_it_is(carols: Client, visit: Booking) -> None:
    long_ago = timezone.now() - timedelta(days=14)
    answer(visit, now=timezone.now(), rating=4, comment="Kind.")
    SurveyAnswer.objects.update(given_at=long_ago, changed_at=long_ago)

    page = carols.get(page_of(visit, "survey/"))
    refused = carols.post(page_of(visit, "survey/"), {"rating": 1, "comment": "No!"})

    assert "4 of 5 stars" in text_of(page)
    assert 'name="rating"' not in page.content.decode()
    assert refused.status_code == 409
    assert "Yours stays as it is" in text_of(refused)
    assert "No!" in text_of(refused)
    assert SurveyAnswer.objects.get().rating == 4


def test_nobody_else_may_answer_or_look(
    world: World, carols: Client, sign_in: SignIn, visit: Booking
) -> None:
    answer(visit, now=timezone.now(), comment="Kind.")
    neighbor = make_contact(account=world.contact.account, user=make_user())
    for client in (sign_in(mallory()), sign_in(neighbor)):
        assert client.get(page_of(visit, "survey/")).status_code == 404
        assert client.post(page_of(visit, "survey/"), {"rating": 1}).status_code == 404
        assert client.get(page_of(visit, "again/")).status_code == 404
    stranger = Client()
    assert stranger.get(page_of(visit, "survey/")).status_code == 302
    assert stranger.get(f"{base_of(visit)}survey/").status_code == 404
    assert stranger.post(f"{base_of(visit)}survey/", {"rating": 1}).status_code == 404
    assert SurveyAnswer.objects.get().rating == 5


def test_by_a_link_one_answers_and_what_was_written_is_not_shown_again(visit: Booking) -> None:
    client, _page = come(make_link(visit, now=timezone.now()))
    address = f"{base_of(visit)}survey/"

    thanks = client.post(address, {"rating": 5, "comment": "The key is mine."}, follow=True)

    assert "Thank you for your feedback" in text_of(thanks)
    assert "The key is mine." not in client.get(address).content.decode()
    client.post(address, {"rating": 3, "comment": ""})
    kept = SurveyAnswer.objects.get()
    assert (kept.rating, kept.comment, kept.source) == (3, "The key is mine.", "link")


def test_a_blocked_link_takes_no_answer(visit: Booking) -> None:
    client, _page = come(make_link(visit, now=timezone.now()))
    block()

    assert client.post(f"{base_of(visit)}survey/", {"rating": 1}).status_code == 404
    assert not SurveyAnswer.objects.exists()


# --- A page of another service ----------------------------------------------------------------


def test_a_page_of_another_service_is_framed_and_linked_and_its_host_alone_allowed(
    world: World, carols: Client, visit: Booking
) -> None:
    ask_elsewhere(world.portal)
    page = carols.get(page_of(visit))

    html = page.content.decode()
    address = f"https://{SURVEY_HOST}/visit?n={visit.number}&amp;lang=en"
    assert f'src="{address}"' in html
    assert f'href="{address}"' in html
    assert "sandbox=" in html
    assert f"frame-src https://{SURVEY_HOST};" in f"{policy(page)};"
    assert carols.get(page_of(visit, "survey/")).status_code == 404
    for other in ("/", "/?show=past", "/profile/"):
        assert SURVEY_HOST not in policy(carols.get(other))


def test_a_host_no_longer_allowed_is_linked_and_not_framed(
    world: World, carols: Client, visit: Booking
) -> None:
    settings = ask_elsewhere(world.portal)
    type(settings).objects.update(allowed_hosts="")

    page = carols.get(page_of(visit))

    assert "<iframe" not in page.content.decode()
    assert "Open the survey" in text_of(page)
    assert SURVEY_HOST not in policy(page)


# --- Home -------------------------------------------------------------------------------------


def test_past_visits_offer_to_send_and_to_change_feedback(
    world: World, carols: Client, visit: Booking
) -> None:
    def shown() -> str:
        return text_of(carols.get("/?show=past"))

    assert "Send feedback" in shown()
    answer(visit, now=timezone.now())
    assert "Change your feedback" in shown()
    long_ago = timezone.now() - timedelta(days=14)
    SurveyAnswer.objects.update(given_at=long_ago, changed_at=long_ago)
    assert "feedback" not in shown()
    ask_elsewhere(world.portal)
    assert f'href="{page_of(visit)}#survey"' in carols.get("/?show=past").content.decode()


# --- Again ------------------------------------------------------------------------------------


def test_book_again_leads_to_the_times_of_the_same_service_and_asset(
    world: World, carols: Client, visit: Booking
) -> None:
    asset = make_asset(account=world.contact.account)
    visit.work_order.asset = asset
    visit.work_order.save()

    page = carols.get(page_of(visit, "again/"))

    assert (page.status_code, page.headers["Location"]) == (302, "/book/time/")
    draft = carols.session["booking_draft"]
    assert (draft["service"], draft["asset"]) == (world.service.pk, asset.pk)


def test_what_is_no_longer_to_be_had_is_asked_for_again(
    world: World, carols: Client, visit: Booking
) -> None:
    gone = make_asset(account=make_account())
    visit.work_order.asset = gone
    visit.work_order.save()
    make_asset(account=world.contact.account)
    assert carols.get(page_of(visit, "again/")).headers["Location"] == "/book/asset/"

    visit.work_order.asset = None
    visit.work_order.save()
    world.service.is_customer_bookable = False
    world.service.save()
    assert carols.get(page_of(visit, "again/")).headers["Location"] == "/book/service/"
