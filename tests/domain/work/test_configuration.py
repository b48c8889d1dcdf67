"""What the check of the settings finds, one thing at a time in a company where all is well."""

from datetime import date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from doorstep.domain.customers.models import Account
from doorstep.domain.organization.models import ArrivalWindow, Company, Portal, Territory
from doorstep.domain.organization.models.booking_policy import OfferMode
from doorstep.domain.organization.models.company import TravelProvider
from doorstep.domain.resources.models import (
    BookableResource,
    BusinessClosure,
    Characteristic,
    Place,
    ResourceCharacteristic,
    WorkHours,
)
from doorstep.domain.work.configuration import configuration_problems
from doorstep.domain.work.models import IncidentType, IncidentTypeNeed
from tests.factories.customers import acme, make_account
from tests.factories.organization import make_company, make_portal, make_territory
from tests.factories.resources import (
    give_skill,
    make_characteristic,
    make_crew,
    make_technician,
    tina,
    tom,
)
from tests.factories.work import make_incident_type

pytestmark = pytest.mark.django_db

YESTERDAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _well(now: datetime) -> None:
    """Tom serves Acme's territory and can do the one job on offer."""
    make_portal()
    north, gas = make_territory(name="North"), make_characteristic(name="Gas")
    account = acme()
    account.territory = north
    account.save()
    tom(territories=[north], skills={gas: 3})
    make_incident_type(name="Boiler service", needs={gas: 3})


def found(now: datetime) -> list[str]:
    return [problem.code for problem in configuration_problems(now=now)]


def test_where_all_is_well_nothing_is_found(now: datetime) -> None:
    assert configuration_problems(now=now) == []


# --- Portals -----------------------------------------------------------------------------------


def test_somebody_must_be_the_default(now: datetime) -> None:
    Portal.objects.update(is_default=False)

    assert found(now) == ["no_default_portal"]


@pytest.mark.parametrize(
    ("mode", "problems"),
    [
        (OfferMode.WINDOWS, ["portal_without_windows"]),
        (OfferMode.GRID_IN_WINDOWS, ["portal_without_windows"]),
        (OfferMode.GRID, []),
    ],
)
def test_windows_are_needed_where_they_are_offered(
    mode: str, problems: list[str], now: datetime
) -> None:
    Portal.objects.update(offer_mode=mode)
    ArrivalWindow.objects.all().delete()

    assert found(now) == problems


def test_some_day_must_be_bookable(now: datetime) -> None:
    # Seen from Monday, the fifth and the sixth day are Saturday and Sunday.
    Portal.objects.update(min_lead_days=5, max_lead_days=6)

    assert found(now) == ["portal_without_days"]


def test_a_closure_of_all_bookable_days_is_found(now: datetime) -> None:
    BusinessClosure.objects.create(name="War", from_on=YESTERDAY, to_on=date(2028, 1, 1))

    assert found(now) == ["portal_without_days"]


def test_a_portal_without_self_scheduling_needs_none_of_it(now: datetime) -> None:
    Portal.objects.update(is_self_scheduling_enabled=False)
    ArrivalWindow.objects.all().delete()

    assert found(now) == []


# --- Kinds of job ------------------------------------------------------------------------------


def test_nobody_has_the_rating(now: datetime) -> None:
    IncidentTypeNeed.objects.update(minimum_rating=4)

    [problem] = configuration_problems(now=now)

    assert (problem.code, problem.where) == ("nobody_able", IncidentType.objects.get())
    assert "Boiler service" in problem.text


def test_nobody_has_the_skill_any_more(now: datetime) -> None:
    ResourceCharacteristic.objects.update(valid_to_on=YESTERDAY)

    assert found(now) == ["nobody_able", "characteristic_expired"]


def test_who_is_not_offered_does_not_count(now: datetime) -> None:
    tina()
    BookableResource.objects.filter(pk=tom().pk).update(is_searchable=False)

    assert found(now) == ["nobody_able"]


def test_jobs_not_on_offer_may_need_anything(now: datetime) -> None:
    IncidentTypeNeed.objects.update(minimum_rating=5)
    IncidentType.objects.update(is_customer_bookable=False)

    assert found(now) == []


def test_each_role_needs_somebody(now: datetime) -> None:
    crane = make_characteristic()
    make_incident_type(name="New boiler", roles={"Fitter": {}, "Crane": {crane: None}})

    [problem] = configuration_problems(now=now)

    assert "New boiler: Crane" in problem.text


@pytest.mark.parametrize(("members", "problems"), [(1, ["nobody_able"]), (2, [])])
def test_a_crew_must_be_large_enough(members: int, problems: list[str], now: datetime) -> None:
    make_crew([tom(), tina()][:members])
    tina().territories.set(Territory.objects.all())
    make_incident_type(crew_size=2)

    assert found(now) == problems


def test_a_crew_can_do_what_its_members_can(now: datetime) -> None:
    make_crew([tom(), tina()])
    make_incident_type(crew_size=2, needs={Characteristic.objects.get(name="Gas"): 3})

    assert found(now) == []


def test_a_territory_with_customers_and_nobody_to_serve_it_is_found(now: datetime) -> None:
    make_account(territory=make_territory(name="South"))
    make_territory(name="Nobody lives here")

    [problem] = configuration_problems(now=now)

    assert (problem.code, "South" in problem.text) == ("territory_not_covered", True)
    assert "Nobody lives here" not in problem.text


def test_who_has_no_territory_serves_all_if_the_company_says_so(now: datetime) -> None:
    make_account(territory=make_territory())
    give_skill(tina(), Characteristic.objects.get(name="Gas"), 3)
    Company.objects.update(allows_resources_without_territory=True)

    assert found(now) == []


def test_who_has_another_territory_does_not_serve_all(now: datetime) -> None:
    make_account(territory=make_territory())
    Company.objects.update(allows_resources_without_territory=True)

    assert found(now) == ["territory_not_covered"]


# --- Resources and accounts --------------------------------------------------------------------


def test_somebody_without_work_hours_is_found(now: datetime) -> None:
    idle = make_technician("Ida Idle", works=False)

    [problem] = configuration_problems(now=now)

    assert (problem.code, problem.where) == ("resource_without_hours", idle)


def test_without_anybodys_hours_nothing_can_be_booked(now: datetime) -> None:
    WorkHours.objects.all().delete()

    assert found(now) == ["portal_without_days", "nobody_able", "resource_without_hours"]


def test_somebody_who_starts_nowhere_is_found(now: datetime) -> None:
    make_technician(home=None)
    make_technician(home=None, start_place=Place.AGNOSTIC)

    assert found(now) == ["resource_without_place"]


def test_a_renewed_certificate_has_not_expired(now: datetime) -> None:
    fire = make_characteristic(name="Fire")
    give_skill(tom(), fire, valid_to_on=YESTERDAY)
    give_skill(tom(), fire, valid_from_on=date(2026, 11, 23))

    assert found(now) == []


def test_an_expired_certificate_is_named(now: datetime) -> None:
    give_skill(tom(), make_characteristic(name="Fire"), valid_to_on=YESTERDAY)

    [problem] = configuration_problems(now=now)

    assert "Fire" in problem.text
    assert "Tom Technician" in problem.text


def test_a_certificate_is_good_on_its_last_day(now: datetime) -> None:
    give_skill(tom(), make_characteristic(), valid_to_on=date(2026, 11, 23))

    assert found(now) == []


def test_a_crew_of_nobody_is_found(now: datetime) -> None:
    make_crew([])

    assert found(now) == ["crew_without_members"]


def test_accounts_without_place_are_counted(now: datetime) -> None:
    Account.objects.update(latitude=None, longitude=None)

    [problem] = configuration_problems(now=now)

    assert problem.text.startswith("1 account has")


def test_more_resources_do_not_take_more_queries(
    now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_crew([make_technician() for _each in range(8)])

    with django_assert_max_num_queries(25):
        configuration_problems(now=now)


def test_a_road_file_that_is_gone_is_named(now: datetime) -> None:
    make_company(travel_provider=TravelProvider.ROADS, road_file="gone.roads")

    [problem] = configuration_problems(now=now)

    assert problem.code == "road_file"
    assert "gone.roads: there is no such file" in problem.text
