"""After a visit, in a real browser: stars by mouse, keyboard and without scripts; no barriers."""

from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Route, expect

from doorstep.domain.bookings.models import Booking, BookingNote
from doorstep.domain.surveys.models import SurveyAnswer
from tests.factories.bookings import World, make_link
from tests.factories.identity import dana
from tests.factories.surveys import SURVEY_HOST, answer, ask_by_own_form, ask_elsewhere, complete

from .conftest import OpenPage, follow
from .pages import furnish
from .test_accessibility import barriers, small_targets

PHONE = 320


@pytest.fixture
def visit(world: World, now: datetime) -> Booking:
    """Completed, with a note and a question."""
    ask_by_own_form(world.portal)
    world.service.survey_question = "Was everything left tidy?"
    world.service.save()
    made = complete(furnish(world, now=now), at=now)
    BookingNote.objects.create(booking=made, text="Fitted a new pump.", is_public=True)
    return made


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_feedback_is_given_by_link_and_changed(
    open_page: OpenPage, visit: Booking, now: datetime, scripts: bool
) -> None:
    page = open_page(make_link(visit, now=now), width=PHONE, scripts=scripts)
    expect(page.get_by_text("Fitted a new pump.")).to_be_visible()

    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_role("link", name="How was the visit? – Please choose")).to_be_visible()
    page.get_by_role("group", name="How was the visit?").locator("label").nth(3).click()
    page.get_by_role("group", name="Was everything left tidy?").locator("label").nth(4).click()
    page.get_by_label("Would you like to add something?").fill("Quick and kind.")
    page.get_by_role("button", name="Send feedback").click()

    expect(page.get_by_role("heading", name="Thank you for your feedback")).to_be_visible()
    page.get_by_role("link", name="Change your feedback").click()
    expect(page.get_by_role("radio", name="4 of 5 stars: good").first).to_be_checked()
    kept = SurveyAnswer.objects.get()
    assert (kept.rating, kept.question_rating, kept.comment) == (4, 5, "Quick and kind.")


def test_stars_are_chosen_with_the_keyboard(
    open_page: OpenPage, world: World, visit: Booking
) -> None:
    page = open_page(f"/visits/{visit.code}/survey/", contact=world.contact)

    page.get_by_role("radio", name="1 of 5 stars: very bad").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="3 of 5 stars: all right").first).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Fine.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Thank you for your feedback")).to_be_visible()
    assert SurveyAnswer.objects.get().rating == 3


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_about_feedback_has_a_barrier_or_scrolls_sideways(
    open_page: OpenPage, world: World, visit: Booking, now: datetime, dark: bool, language: str
) -> None:
    page = open_page(
        make_link(visit, now=now), width=PHONE, dark=dark, language=language, contact=world.contact
    )
    found: list[str] = []

    def look(name: str) -> None:
        found.extend(f"{name}: {barrier}" for barrier in (*barriers(page), *small_targets(page)))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > PHONE:
            found.append(f"{name}: {wide} px")

    look("by link")
    page.goto(f"/visits/{visit.code}/survey/")
    look("form")
    follow(page.locator(".survey-form button"))
    look("refused")
    page.locator(".star").nth(4).click()
    follow(page.locator(".survey-form button"))
    look("thanks")
    for path in (f"/visits/{visit.code}/", "/?show=past"):
        page.goto(path)
        look(path)

    assert not found, "\n".join(found)


def test_the_page_of_another_service_shows_inside_ours(
    open_page: OpenPage, world: World, visit: Booking
) -> None:
    ask_elsewhere(world.portal)
    page = open_page("/", contact=world.contact)

    def pretend(route: Route) -> None:
        route.fulfill(body="<h1>Tell us</h1>", content_type="text/html")

    page.route(f"https://{SURVEY_HOST}/**", pretend)
    page.goto(f"/visits/{visit.code}/")
    page.locator("iframe").scroll_into_view_if_needed()

    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Tell us")).to_be_visible()
    expect(page.get_by_role("link", name="Open the survey")).to_be_visible()


def test_the_offices_averages_have_no_barrier(
    open_page: OpenPage, visit: Booking, now: datetime
) -> None:
    answer(visit, now=now)
    found: list[str] = []
    for query in ("", "first=2026-11-23&last=2026-11-01"):
        page = open_page(f"{reverse('office:feedback')}?{query}", staff=dana(), width=360)
        assert page.locator(".office-why").count() == 1
        found += barriers(page, ".office-why")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360

    assert not found, "\n".join(found)
