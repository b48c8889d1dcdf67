"""What customers said, in the office: the list, the averages, the booking, and the settings."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.organization.models import Portal
from doorstep.domain.surveys.models import SurveyAnswer, SurveySettings
from tests.conftest import NOW
from tests.factories import bookings
from tests.factories.resources import make_technician
from tests.factories.surveys import SURVEY_HOST, answer, complete

from .forms import errors_of, send
from .world import World, page

SETTINGS = "survey_settings-0-"
ANSWERS = page(SurveyAnswer)


@pytest.fixture
def said(world: World) -> SurveyAnswer:
    """Four stars for the visit that is done."""
    return SurveyAnswer.objects.get()


def listed(client: Client, **query: Any) -> list[SurveyAnswer]:
    answer = client.get(ANSWERS, query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def test_a_dispatcher_looks_and_changes_nothing(dispatcher: Client, said: SurveyAnswer) -> None:
    address = page(SurveyAnswer, "change", said.pk)
    shown = dispatcher.get(address).content.decode()

    assert "Quick and kind." in shown
    assert f"/bookings/booking/{said.booking_id}/change/" in shown
    assert dispatcher.post(address, {"rating": 1}).status_code == 404
    assert dispatcher.get(page(SurveyAnswer, "delete", said.pk)).status_code == 404
    assert dispatcher.get(page(SurveyAnswer, "add")).status_code == 404


def test_answers_are_found_by_technician_service_stars_and_time(
    dispatcher: Client, world: World, said: SurveyAnswer
) -> None:
    technician, service = "booking__assignments__resource__id__exact", (
        "booking__work_order__incident_type__id__exact"
    )  # fmt: skip
    zoe = make_technician(name="Zoe")
    second = bookings.book(
        bookings.World(world.portal, world.technician, world.service, world.contact),
        now=NOW, key=bookings.window_key(bookings.FRIDAY),
    )  # fmt: skip
    second.assignments.update(resource=zoe)
    hers = answer(complete(second, at=NOW), now=NOW, rating=2, comment="Late.")

    assert listed(dispatcher, **{technician: world.technician.pk}) == [said]
    assert listed(dispatcher, **{technician: zoe.pk}) == [hers]
    assert listed(dispatcher, **{service: world.service.pk}) == [hers, said]
    assert listed(dispatcher, rating=4) == [said]
    assert listed(dispatcher, rating=5) == []
    assert listed(dispatcher, given_at__gte="2026-11-24 00:00:00+00:00") == []
    assert listed(dispatcher, q="kind") == [said]


def test_averages_lead_to_the_answers_behind_them(
    dispatcher: Client, world: World, said: SurveyAnswer
) -> None:
    shown = dispatcher.get(
        reverse("office:feedback"), {"first": "2026-11-01", "last": NOW.date().isoformat()}
    )

    content = shown.content.decode()
    (_title, technicians), (_other, services) = shown.context["tables"]
    assert [(row.name, row.stars, row.count) for row in technicians] == [
        (world.technician.name, "4.0", "1 answer")
    ]
    assert [row.name for row in services] == [world.service.name]
    assert "4.0 of 5 stars, 1 answer." in content
    for row in (*technicians, *services, shown.context["overall"]):
        assert list(dispatcher.get(row.link).context["cl"].result_list) == [said]


def test_averages_are_about_the_days_asked_for(dispatcher: Client, said: SurveyAnswer) -> None:
    address, day = reverse("office:feedback"), NOW.date().isoformat()

    there = dispatcher.get(address, {"first": day, "last": day})
    before = dispatcher.get(address, {"first": "2026-10-01", "last": "2026-11-22"})
    backwards = dispatcher.get(address, {"first": day, "last": "2026-10-01"})
    never = dispatcher.get(address, {"first": "never", "last": day})

    assert there.context["overall"].stars == "4.0"
    assert "Nobody has said anything" in before.content.decode()
    assert "lies before the first" in backwards.content.decode()
    assert "That is not a day." in never.content.decode()


def test_the_page_of_a_booking_shows_what_the_customer_said(
    dispatcher: Client, said: SurveyAnswer
) -> None:
    content = dispatcher.get(page(Booking, "change", said.booking_id)).content.decode()

    assert "What the customer said" in content
    assert "Quick and kind." in content
    assert "4 of 5 stars" in content


# --- Settings ---------------------------------------------------------------------------------


def set_survey(client: Client, world: World, **values: str) -> Any:
    changes = {f"{SETTINGS}{name}": value for name, value in values.items()}
    return send(client, page(Portal, "change", world.portal.pk), **changes)


def test_a_page_on_an_allowed_host_is_kept(administrator: Client, world: World) -> None:
    template = f"https://{SURVEY_HOST}/v?n={{booking_number}}&l={{language}}"
    saved = set_survey(
        administrator, world, kind="external", url_template=template, allowed_hosts=SURVEY_HOST
    )

    assert saved.status_code == 302, errors_of(saved)
    assert SurveySettings.objects.get().url_template == template


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url_template": "https://evil.example/x"}, "evil.example is not among"),
        ({"url_template": f"http://{SURVEY_HOST}/x"}, "https://"),
        ({"url_template": f"https://{SURVEY_HOST}/{{password}}"}, "no placeholder {password}"),
        ({"url_template": ""}, "Which page?"),
        ({"allowed_hosts": "https://x"}, "is not a host name"),
    ],
)
def test_an_address_that_could_lead_elsewhere_is_refused(
    administrator: Client, world: World, values: dict[str, str], words: str
) -> None:
    usual = {"url_template": f"https://{SURVEY_HOST}/x", "allowed_hosts": SURVEY_HOST}

    assert words in errors_of(set_survey(administrator, world, kind="external", **usual | values))
    assert SurveySettings.objects.get().kind == "own"
