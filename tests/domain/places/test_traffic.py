"""A drive with traffic: the company's account first, and what happens when it does not answer."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.notifications.models import Message, StaffTask
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.organization.models.company import TravelProvider
from doorstep.domain.places.services import drive as drive_service
from doorstep.domain.places.services.drive import Drive, estimate_drive
from doorstep.platform.events.tasks import hand_over
from doorstep.platform.values.geo import Coordinates
from tests.doubles.azure_maps import AzureMapsDouble
from tests.doubles.google_routes import GoogleRoutesDouble
from tests.doubles.http import GARBAGE, SLOW, Reply, json_reply, running
from tests.doubles.osrm import OsrmDouble
from tests.doubles.tomtom import TomTomDouble
from tests.doubles.traffic import KEY, TrafficDouble
from tests.factories.organization import make_company
from tests.factories.traffic import traffic_account

pytestmark = pytest.mark.django_db

HERE, THERE = Coordinates(53.47, -2.23), Coordinates(53.48, -2.24)
ISLAND = Coordinates(61.0, -2.24)
DRIVEN_S, JAM_S = 200, 120
DOUBLES = {
    "google_routes": GoogleRoutesDouble,
    "azure_maps": AzureMapsDouble,
    "tomtom": TomTomDouble,
}


@pytest.fixture
def google() -> Iterator[GoogleRoutesDouble]:
    with running(GoogleRoutesDouble()) as double:
        yield double


@pytest.fixture
def account(google: GoogleRoutesDouble) -> ConnectorAccount:
    return traffic_account("google_routes", google.url)


@pytest.fixture
def osrm() -> Iterator[OsrmDouble]:
    with running(OsrmDouble()) as double:
        make_company(travel_provider=TravelProvider.OSRM, travel_provider_url=double.url)
        yield double


def drive(now: datetime, end: Coordinates = THERE) -> Drive:
    return estimate_drive(start=HERE, end=end, departs_at=now)


def hear_news() -> int:
    """Hand published news to who wants to hear it, as the worker does; returns how many."""
    jobs = list(ProcrastinateJob.objects.filter(task_name=hand_over.name, status="todo"))
    for job in jobs:
        hand_over(**job.args)
    ProcrastinateJob.objects.filter(pk__in=[job.pk for job in jobs]).delete()
    return len(jobs)


# --- Who is asked ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOUBLES)
def test_the_account_is_asked_before_the_provider_of_plans(
    osrm: OsrmDouble, now: datetime, name: str
) -> None:
    with running(DOUBLES[name]()) as double:
        traffic_account(name, double.url)
        found = drive(now)

    assert (found.seconds, found.source) == (DRIVEN_S + JAM_S, name)
    assert found.has_traffic
    assert not found.is_estimated
    # Google's usual terms do not allow its paths on our maps.
    is_told = name != "google_routes"
    assert found.path == ((HERE, Coordinates(53.47, -2.24), THERE) if is_told else ())
    assert osrm.requests == []


def test_an_account_that_is_switched_off_is_not_asked(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    ConnectorAccount.objects.update(is_active=False)

    assert drive(now).is_estimated
    assert google.requests == []


def test_new_settings_count_at_once(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    account.settings = account.settings | {"api_key": "wrong"}
    account.save()
    assert drive(now).is_estimated

    account.settings = account.settings | {"api_key": KEY}
    account.save()

    assert drive(now).has_traffic


@pytest.mark.parametrize(
    "reply", [GARBAGE, Reply(503), Reply(429, b"{}"), Reply(403), Reply(404), json_reply([])]
)
def test_the_provider_of_plans_stands_in_for_a_service_that_fails(
    account: ConnectorAccount, google: TrafficDouble, osrm: OsrmDouble, now: datetime, reply: Reply
) -> None:
    google.reply = reply

    found = drive(now)

    assert (found.seconds, found.source, found.has_traffic) == (DRIVEN_S, "osrm", False)


def test_a_service_that_hangs_leaves_time_for_the_provider_of_plans(
    account: ConnectorAccount,
    google: TrafficDouble,
    osrm: OsrmDouble,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of two seconds: the usual half of one is too short for an answer on a busy machine.
    monkeypatch.setattr(drive_service, "RESERVE_S", 1.8)
    google.reply = SLOW

    assert drive(now).source == "osrm"


def test_where_nobody_knows_a_road_it_is_an_estimate(
    account: ConnectorAccount, google: TrafficDouble, osrm: OsrmDouble, now: datetime
) -> None:
    assert drive(now, ISLAND).is_estimated

    assert len(google.requests) == len(osrm.requests) == 1
    assert hear_news() == 0


def test_an_account_whose_secrets_cannot_be_read_means_no_traffic_and_an_alarm(
    account: ConnectorAccount, osrm: OsrmDouble, now: datetime
) -> None:
    ConnectorAccount.objects.update(settings_encrypted="gone")

    assert drive(now).source == "osrm"
    assert hear_news() == 1


# --- The allowance ---------------------------------------------------------------------------


def test_an_allowance_that_is_used_up_is_left_to_the_provider_of_plans(
    account: ConnectorAccount, google: TrafficDouble, osrm: OsrmDouble, now: datetime
) -> None:
    ConnectorAccount.objects.update(per_minute=1)

    found = [drive(now).source for _time in range(3)]

    assert found == ["google_routes", "osrm", "osrm"]
    assert len(google.requests) == 1
    assert hear_news() == 0


def test_the_allowance_comes_back_with_time(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    ConnectorAccount.objects.update(per_minute=1)
    drive(now)

    ConnectorAccount.objects.update(taken_until=timezone.now())

    assert drive(now).has_traffic


# --- Trouble ---------------------------------------------------------------------------------


def test_a_refused_key_rests_the_account_and_tells_the_office(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    account.settings = account.settings | {"api_key": "wrong"}
    account.save()

    found = [drive(now) for _time in range(3)]

    assert all(each.is_estimated for each in found)
    assert len(google.requests) == 1
    assert hear_news() == 1
    account.refresh_from_db()
    assert account.paused_until is not None
    assert "refuses the API key" in account.pause_reason
    assert StaffTask.objects.get(account=account).done_at is None


def test_a_paused_account_is_not_asked_by_any_process(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    ConnectorAccount.objects.update(paused_until=timezone.now() + timedelta(minutes=1), failures=5)

    assert drive(now).is_estimated
    assert google.requests == []


def test_an_answer_after_the_pause_forgets_the_trouble(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    ConnectorAccount.objects.update(paused_until=timezone.now(), failures=5, pause_reason="quota")

    assert drive(now).has_traffic
    assert hear_news() == 1

    account.refresh_from_db()
    assert (account.failures, account.paused_until, account.pause_reason) == (0, None, "")


def test_a_quota_that_is_used_up_is_obeyed_without_an_alarm(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    google.reply = Reply(429, b"{}", {"Retry-After": "600"})

    drive(now)
    drive(now)

    assert len(google.requests) == 1
    assert hear_news() == 1
    account.refresh_from_db()
    assert account.paused_until is not None
    assert account.paused_until > timezone.now() + timedelta(minutes=9)
    assert not StaffTask.objects.exists()
    assert not Message.objects.exists()


def test_news_of_an_account_that_is_gone_are_no_error(
    account: ConnectorAccount, google: TrafficDouble, now: datetime
) -> None:
    google.reply = Reply(503)
    drive(now)
    account.delete()

    assert hear_news() == 1


def test_the_key_is_in_no_log_and_in_no_news(
    google: TrafficDouble, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with running(TomTomDouble()) as tomtom, caplog.at_level(logging.INFO):
        caplog.set_level(logging.WARNING, logger="httpx")
        traffic_account("tomtom", tomtom.url)
        assert drive(now).has_traffic
        tomtom.reply = Reply(403, KEY.encode())
        drive(now)

    assert "tomtom failed" in caplog.text
    assert KEY not in caplog.text
    assert KEY not in str(list(ProcrastinateJob.objects.values_list("args", flat=True)))
