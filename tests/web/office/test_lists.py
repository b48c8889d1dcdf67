"""Lists stay quick however long they are, and find what is looked for."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import CalendarSettings
from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation
from doorstep.domain.organization.models import Company
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.models import TrackingSettings
from doorstep.domain.work.models import WorkOrder
from tests.conftest import NOW
from tests.factories import bookings
from tests.factories.customers import make_account, make_asset, make_contact, make_location
from tests.factories.identity import make_user
from tests.factories.organization import make_territory
from tests.factories.resources import make_technician

from .world import World, models_of_the_office, page

# Their one row is their page.
SINGLE = (CalendarSettings, Company, TrackingSettings)
LISTS = [model for model in models_of_the_office() if model not in SINGLE]


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("model", LISTS, ids=[model._meta.label_lower for model in LISTS])
def test_a_list_needs_few_queries(administrator: Client, world: World, model: type[Model]) -> None:
    assert queries_of(administrator, page(model)) <= 25


@pytest.mark.parametrize(
    "model",
    [Account, Contact, FunctionalLocation, CustomerAsset, BookableResource, Booking, WorkOrder],
)
def test_more_rows_need_no_more_queries(
    administrator: Client, world: World, model: type[Model]
) -> None:
    administrator.get(page(model))
    before = queries_of(administrator, page(model))
    for number in range(4):
        account = make_account()
        contact = make_contact(account=account, user=make_user())
        make_asset(account=account, location=make_location(account=account))
        make_technician(territories=[make_territory()])
        key = bookings.window_key(date(2026, 12, 1 + number))
        later = bookings.World(world.portal, world.technician, world.service, contact)
        bookings.book(later, now=NOW, key=key, contact=contact)
        account.primary_contact, account.territory = contact, make_territory()
        account.save()
    assert queries_of(administrator, page(model)) == before


@pytest.mark.parametrize("words", ["Acme", "acme", "carol@example.com"])
def test_an_account_is_found_by_its_name_and_its_people(
    administrator: Client, world: World, words: str
) -> None:
    make_account(name="Somebody else")
    content = administrator.get(page(Account), {"q": words}).content.decode()
    assert "Acme" in content
    assert "Somebody else" not in content


def test_a_visit_is_found_by_its_number(administrator: Client, world: World) -> None:
    answer = administrator.get(page(Booking), {"q": world.booking.number})
    assert list(answer.context["cl"].result_list) == [world.booking]


def test_accounts_are_chosen_by_typing_a_part_of_the_name(
    administrator: Client, world: World
) -> None:
    answer = administrator.get(
        reverse("office:autocomplete"),
        {"app_label": "customers", "model_name": "contact", "field_name": "account", "term": "acm"},
    )
    assert [row["text"] for row in answer.json()["results"]] == ["Acme"]


def test_locations_are_listed_as_a_tree(administrator: Client, world: World) -> None:
    make_location(account=world.contact.account, name="Attic")
    answer = administrator.get(page(FunctionalLocation))
    rows = [(row.name, row.parent_id is not None) for row in answer.context["cl"].result_list]
    assert rows == [("Attic", False), ("Plant room", False), ("Boiler corner", True)]
    assert "office-depth-1" in answer.content.decode()


def test_the_company_has_a_page_and_no_list(administrator: Client, world: World) -> None:
    answer = administrator.get(page(Company))
    assert answer.url == page(Company, "change", 1)
    assert administrator.get(page(Company, "add")).status_code == 404


def test_the_front_page_counts_what_needs_somebody(administrator: Client, world: World) -> None:
    content = administrator.get(reverse("office:index")).content.decode()
    assert "Messages not delivered" in content
    assert f"{reverse('office:notifications_message_changelist')}?trouble=1" in content
