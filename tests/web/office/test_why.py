"""The page "Why no time?", one click away from whoever asks."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Account, CustomerAsset
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.identity.models import User
from tests.factories.customers import carol
from tests.factories.resources import tom

from .world import World, page

pytestmark = pytest.mark.usefixtures("_on_monday")


@pytest.fixture
def _on_monday(now: datetime) -> Iterator[None]:
    """The world's visits lie in the days after this."""
    with time_machine.travel(now, tick=False):
        yield


def ask(client: Client, world: World, **asked: object) -> Any:
    query = {"account": world.contact.account_id, "day": "2026-11-26", "days": 1} | asked
    return client.get(reverse("office:why"), {key: str(value) for key, value in query.items()})


def test_one_click_leads_there_from_an_account_an_asset_a_work_order_and_a_booking(
    dispatcher: Client, world: World
) -> None:
    account = world.contact.account
    asset = CustomerAsset.objects.get()
    for row, model, parameter in (
        (account, Account, "account"),
        (asset, CustomerAsset, "asset"),
        (world.work_order, WorkOrder, "work_order"),
        (world.booking, Booking, "booking"),
    ):
        address = f"{page(model)}{row.pk}/why/"
        assert address in dispatcher.get(page(model, "change", row.pk)).content.decode()

        answer = dispatcher.get(address)
        assert answer.headers["Location"] == f"{reverse('office:why')}?{parameter}={row.pk}"
        content = dispatcher.get(answer.headers["Location"]).content.decode()
        assert "Tuesday, 24 November 2026" in content
        assert "Tom Technician" in content


def test_it_shows_windows_rules_and_what_each_one_lacks(dispatcher: Client, world: World) -> None:
    world.service.duration_minutes = 300
    world.service.save()

    content = ask(dispatcher, world).content.decode()

    assert "Thursday, 26 November 2026" in content
    assert "No free time that is long enough: <strong>1</strong>" in content
    assert "needs 300 min of work and" in content
    assert "London time" in content


def test_a_visit_to_be_moved_counts_as_free(dispatcher: Client, world: World) -> None:
    asked = {"day": "2026-11-26", "days": "1"}
    other = ask(dispatcher, world).context["days"][0]["told"].people[0]

    answer = dispatcher.get(reverse("office:why"), asked | {"booking": str(world.booking.pk)})

    own = answer.context["days"][0]["told"].people[0]
    reach = [
        sum(each.to_s - each.from_s for each in person.verdict.arrivals) for person in (own, other)
    ]
    assert reach[0] > reach[1]
    assert "service" not in answer.context["form"].fields


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"day": "soon"}, "That is not a day."),
        ({"day": "9999-12-31"}, "That is not a day."),
        ({"day": ""}, "This field is required"),
        ({"days": "400"}, "Select a valid choice"),
        ({"service": "9" * 40}, "Select a valid choice"),
        ({"portal": "-1"}, "Select a valid choice"),
        ({"day": "2026-11-20"}, "Outside the portal"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(
    dispatcher: Client, world: World, asked: dict[str, str], told: str
) -> None:
    answer = ask(dispatcher, world, **asked)

    assert answer.status_code == 200
    assert told in answer.content.decode()


def test_a_service_nobody_can_book_is_refused_with_a_hint(dispatcher: Client, world: World) -> None:
    world.service.is_customer_bookable = False
    world.service.save()

    content = ask(dispatcher, world, service=world.service.pk).content.decode()

    assert "This service cannot be booked here." in content
    assert "an active service with a duration" in content


def test_without_anybody_to_ask_for_it_says_where_to_ask(dispatcher: Client, world: World) -> None:
    content = dispatcher.get(reverse("office:why")).content.decode()

    assert "Open the page of an account" in content
    assert page(Account) in content


@pytest.mark.parametrize("parameter", ["account", "asset", "work_order", "booking"])
@pytest.mark.parametrize("value", ["", "0", "-1", "abc", "9" * 40, "１", "1_0"])
def test_somebody_who_is_not_there_is_not_found(
    dispatcher: Client, world: World, parameter: str, value: str
) -> None:
    assert dispatcher.get(reverse("office:why"), {parameter: value}).status_code == 404


@pytest.mark.parametrize("who", ["customer", "technician"])
def test_people_who_are_no_staff_find_nothing(
    world: World, sign_in: Callable[[User], Client], who: str
) -> None:
    user = carol().user if who == "customer" else tom().user
    assert user is not None

    assert ask(sign_in(user), world).status_code == 404
    assert sign_in(user).get(f"{page(Account)}{world.contact.account_id}/why/").status_code == 404


def test_strangers_are_sent_to_the_sign_in(world: World) -> None:
    assert ask(Client(), world).status_code == 302
