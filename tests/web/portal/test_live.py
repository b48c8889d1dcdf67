"""A visit whose technician is on the way: what its page says, and never says more than that."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client

from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.services.codes import block_code, expire_code
from doorstep.domain.organization.models import Portal
from doorstep.domain.tracking.models import ArrivalEstimate
from doorstep.domain.tracking.services.sharing import pause_sharing
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.values.geo import Coordinates
from tests.factories.bookings import FRIDAY, World, book, make_link, window_key
from tests.factories.customers import mallory
from tests.factories.resources import tina
from tests.factories.tracking import become, north_of, report, set_out

from .conftest import SignIn
from .journey import text_of
from .visitors import base_of, come

MINUTE = timedelta(minutes=1)
THURSDAY_10 = datetime.fromisoformat("2026-11-26T10:00:00+00:00")
# Carol's door, and where Tom comes from, eleven kilometers south of it.
DOOR = Coordinates(53.48, -2.24)
START = north_of(DOOR, -11_000)
# Exact coordinates that must not be told as long as they are far away.
FAR = north_of(DOOR, -5_000)
NEAR = north_of(DOOR, -800)


@pytest.fixture
def trip(world: World, now: datetime) -> Booking:
    """Tom set out at ten on Thursday; the clock stands a minute later."""
    Portal.objects.update(
        shows_technician_name=True, shows_technician_photo=True, shows_technician_phone=True
    )
    world.technician.phone = "+447700900555"
    world.technician.photo.save("tom.png", ContentFile(b"not really a picture"), save=True)
    visit = book(world, now=now)
    with time_machine.travel(THURSDAY_10, tick=False):
        set_out(world, now=THURSDAY_10, booking=visit)
        report(world.technician, START, at=THURSDAY_10)
    return visit


def drive_to(world: World, place: Coordinates, *, at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        report(world.technician, place, at=at)


def estimate(visit: Booking, *, made_at: datetime, minutes: int, spread: int = 2) -> None:
    arrives = made_at + minutes * MINUTE
    assignment = visit.assignments.get()
    ArrivalEstimate.objects.update_or_create(
        booking=visit, resource=assignment.resource,
        defaults={
            "made_at": made_at, "arrives_at": arrives, "metres": 5_000,
            "earliest_at": arrives - spread * MINUTE, "latest_at": arrives + spread * MINUTE,
            "latitude": FAR.latitude, "longitude": FAR.longitude, "source": "test",
            "path": [
                [START.latitude, START.longitude], [FAR.latitude, FAR.longitude],
                [NEAR.latitude, NEAR.longitude], [DOOR.latitude, DOOR.longitude],
            ],
        },
    )  # fmt: skip


def page(client: Client, visit: Booking, *, at: datetime, by_link: bool = False) -> str:
    with time_machine.travel(at, tick=False):
        address = base_of(visit) if by_link else f"/visits/{visit.code}/"
        return text_of(client.get(address))


def live(client: Client, visit: Booking, *, at: datetime, by_link: bool = False) -> dict:
    with time_machine.travel(at, tick=False):
        address = base_of(visit) if by_link else f"/visits/{visit.code}/"
        response = client.get(f"{address}live.json")
        assert response.status_code == 200, response.status_code
        return response.json()


# --- Words ------------------------------------------------------------------------------------


def test_it_says_who_comes_when_and_how_far_away(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    drive_to(world, FAR, at=at)
    estimate(trip, made_at=at, minutes=27)

    text = page(sign_in(world.contact), trip, at=at + MINUTE)

    assert "Your technician is on the way" in text
    assert "Arriving around 10:45 in about 25 minutes" in text
    assert "As of 10:20" in text
    assert "Tom Technician" in text
    assert "about 5 km away, as of 10:20" in text
    assert "+447700900555" in text


@pytest.mark.parametrize(
    ("minutes", "spread", "words"),
    [
        (27, 8, "Arriving between 10:35 and 10:55 in 15 to 35 minutes"),
        (3, 2, "Arriving around 10:25 in a few minutes"),
        (0, 1, "Arriving any moment now"),
        (90, 4, "Arriving around 11:50 in about 1 h 30 min"),
    ],
)
def test_the_time_is_never_more_exact_than_five_minutes(
    world: World, trip: Booking, sign_in: SignIn, minutes: int, spread: int, words: str
) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    estimate(trip, made_at=at, minutes=minutes, spread=spread)

    assert words in page(sign_in(world.contact), trip, at=at)


def test_it_says_when_the_promise_will_not_be_kept(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    at = THURSDAY_10 + 100 * MINUTE
    estimate(trip, made_at=at, minutes=40)

    text = page(sign_in(world.contact), trip, at=at)

    assert "That is later than promised (10:00–12:00). We are sorry." in text


def test_without_a_position_the_plan_of_the_day_is_told(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    text = page(sign_in(world.contact), trip, at=THURSDAY_10 + MINUTE)

    assert "Estimated at 10:00 from the plan of the day" in text


def test_a_time_that_has_passed_is_not_told_as_if_it_were_news(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    planned = page(sign_in(world.contact), trip, at=THURSDAY_10 + 60 * MINUTE)
    estimate(trip, made_at=THURSDAY_10 + 20 * MINUTE, minutes=10)
    estimated = page(sign_in(world.contact), trip, at=THURSDAY_10 + 60 * MINUTE)

    for text in (planned, estimated):
        assert "Later than expected A new time follows as soon as we know it." in text
        assert "any moment" not in text


def test_it_says_that_the_technician_is_here_and_names_nobody(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    become(trip, ParentStatus.IN_PROGRESS, at=THURSDAY_10 + 40 * MINUTE)

    text = page(sign_in(world.contact), trip, at=THURSDAY_10 + 45 * MINUTE)

    assert "Your technician is with you" in text
    assert "since 10:40" in text
    assert "Tom" not in text
    assert "+447700900555" not in text


def test_a_break_is_told(world: World, trip: Booking, sign_in: SignIn) -> None:
    become(trip, ParentStatus.ON_BREAK, at=THURSDAY_10 + 40 * MINUTE)

    text = page(sign_in(world.contact), trip, at=THURSDAY_10 + 45 * MINUTE)

    assert "Your technician is taking a break" in text


def test_a_paused_position_is_told_and_its_reason_is_not(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    drive_to(world, NEAR, at=at)
    pause_sharing(resource=world.technician, reason="At the doctor", actor=SYSTEM, now=at)

    found = live(sign_in(world.contact), trip, at=at)

    assert "Sharing of the position is paused." in found["people"]
    assert "doctor" not in str(found)
    assert found["map"]["people"] == []


# --- Nothing more than that ---------------------------------------------------------------------


def test_far_away_only_an_area_is_told(world: World, trip: Booking, sign_in: SignIn) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    drive_to(world, FAR, at=at)
    estimate(trip, made_at=at, minutes=27)

    found = live(sign_in(world.contact), trip, at=at)

    [person] = found["map"]["people"]
    assert person["radius"] > 0
    assert person["place"] != [round(FAR.latitude, 5), round(FAR.longitude, 5)]
    told = str(found) + page(sign_in(world.contact), trip, at=at)
    for place in (START, FAR):
        assert f"{place.latitude:.4f}"[:7] not in told


def test_near_the_place_is_exact_and_the_way_leads_from_there(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    drive_to(world, FAR, at=THURSDAY_10 + 20 * MINUTE)
    at = THURSDAY_10 + 30 * MINUTE
    drive_to(world, NEAR, at=at)
    estimate(trip, made_at=at, minutes=4)

    [person] = live(sign_in(world.contact), trip, at=at)["map"]["people"]

    near = [round(NEAR.latitude, 5), round(NEAR.longitude, 5)]
    assert person["place"] == near
    assert person["radius"] == 0
    assert person["way"][0] == near
    assert all(point[0] >= near[0] for point in person["way"])


def test_where_the_trip_began_is_not_told(world: World, trip: Booking, sign_in: SignIn) -> None:
    found = live(sign_in(world.contact), trip, at=THURSDAY_10 + MINUTE)

    assert found["map"]["people"] == []
    assert "Just setting off" in found["people"]


def test_an_old_position_is_not_shown(world: World, trip: Booking, sign_in: SignIn) -> None:
    drive_to(world, NEAR, at=THURSDAY_10 + 20 * MINUTE)

    found = live(sign_in(world.contact), trip, at=THURSDAY_10 + 50 * MINUTE)

    assert found["map"]["people"] == []
    assert "The last position is from 10:20, too old to show." in found["people"]


@pytest.mark.parametrize(
    ("switch", "told"),
    [
        ("shows_technician_name", "Tom Technician"),
        ("shows_technician_phone", "+447700900555"),
        ("shows_technician_photo", "/photo/0/"),
    ],
)
def test_a_switch_of_the_portal_hides_what_it_names(
    world: World, trip: Booking, sign_in: SignIn, switch: str, told: str
) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    drive_to(world, NEAR, at=at)
    carols = sign_in(world.contact)
    assert told in str(live(carols, trip, at=at))
    Portal.objects.update(**{switch: False})

    with time_machine.travel(at, tick=False):
        html = carols.get(f"/visits/{trip.code}/").content.decode()

    assert told not in str(live(carols, trip, at=at))
    assert told not in html


def test_without_the_map_no_position_is_told_and_no_distance(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    drive_to(world, NEAR, at=at)
    estimate(trip, made_at=at, minutes=4)
    Portal.objects.update(shows_map=False)

    found = live(sign_in(world.contact), trip, at=at)

    assert found["map"] is None
    assert "km away" not in str(found)
    assert "Arriving" in found["words"]


def test_a_portal_that_does_not_track_says_that_somebody_is_on_the_way(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    Portal.objects.update(is_tracking_enabled=False)

    found = live(sign_in(world.contact), trip, at=THURSDAY_10 + MINUTE)

    assert "Your technician is on the way" in found["words"]
    assert "Arriving" not in found["words"]
    assert (found["people"].strip(), found["map"]) == ("", None)


@pytest.mark.parametrize("parent", [ParentStatus.SCHEDULED, ParentStatus.IN_PROGRESS,
                                    ParentStatus.COMPLETED, ParentStatus.CANCELED])  # fmt: skip
def test_before_and_after_the_trip_nothing_of_the_technician_is_told(
    world: World, trip: Booking, sign_in: SignIn, parent: ParentStatus
) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    drive_to(world, NEAR, at=at)
    estimate(trip, made_at=at, minutes=4)
    become(trip, parent, at=at)
    carols = sign_in(world.contact)

    found = live(carols, trip, at=at)
    with time_machine.travel(at, tick=False):
        response = carols.get(f"/visits/{trip.code}/")
        photo = carols.get(f"/visits/{trip.code}/photo/0/")

    assert found["map"] is None
    assert photo.status_code == 404
    assert "Tom" not in str(found) + text_of(response)
    # Among the random letters of the whole page, such as its tokens, there may be a "Tom".
    told = str(found) + response.content.decode()
    for secret in ("Tom Technician", "+447700900555", f"{NEAR.latitude:.3f}", "/photo/"):
        assert secret not in told


# --- For whom -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "live.json", "photo/0/"])
def test_strangers_find_nothing(world: World, trip: Booking, sign_in: SignIn, name: str) -> None:
    with time_machine.travel(THURSDAY_10, tick=False):
        stranger = Client().get(f"{base_of(trip)}{name}")
        signed_out = Client().get(f"/visits/{trip.code}/{name}")
        other = sign_in(mallory()).get(f"/visits/{trip.code}/{name}")

    assert (stranger.status_code, signed_out.status_code, other.status_code) == (404, 302, 404)


@pytest.mark.parametrize("name", ["", "live.json", "photo/0/"])
def test_the_link_of_another_visit_opens_nothing(world: World, trip: Booking, name: str) -> None:
    with time_machine.travel(THURSDAY_10, tick=False):
        other = book(world, now=THURSDAY_10, key=window_key(FRIDAY))
        client, _page = come(make_link(other, now=THURSDAY_10))

        assert client.get(base_of(trip) + name).status_code == 404


@pytest.mark.parametrize("end", [expire_code, block_code], ids=["expired", "blocked"])
@pytest.mark.parametrize("name", ["", "live.json", "photo/0/"])
def test_a_closed_link_shows_nothing_more(
    world: World, trip: Booking, end: object, name: str
) -> None:
    with time_machine.travel(THURSDAY_10, tick=False):
        client, opened = come(make_link(trip, now=THURSDAY_10))
        code = trip.codes.get(purpose="booking_confirmed", open_count=1)
        opened_too = client.get(base_of(trip) + name)
        opened_too.getvalue()
        end(code=code, actor=SYSTEM, now=THURSDAY_10)

        response = client.get(base_of(trip) + name)

    assert "on the way" in text_of(opened)
    assert opened_too.status_code == 200
    assert response.status_code == 404
    assert b"Tom Technician" not in response.content


def test_by_link_the_same_is_told_while_the_technician_travels(world: World, trip: Booking) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    drive_to(world, NEAR, at=at)
    with time_machine.travel(at, tick=False):
        client, _page = come(make_link(trip, now=at))

    found = live(client, trip, at=at, by_link=True)

    assert "Tom Technician" in found["people"]
    assert found["map"]["people"][0]["photo"] == f"{base_of(trip)}photo/0/"


def test_the_photo_is_served_to_who_may_see_it(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    with time_machine.travel(THURSDAY_10, tick=False):
        response = sign_in(world.contact).get(f"/visits/{trip.code}/photo/0/")

    assert b"".join(response) == b"not really a picture"
    assert "no-store" in response["Cache-Control"]


def test_a_page_that_knows_it_already_is_told_nothing(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    carols = sign_in(world.contact)
    with time_machine.travel(THURSDAY_10, tick=False):
        first = carols.get(f"/visits/{trip.code}/live.json")
        again = carols.get(
            f"/visits/{trip.code}/live.json", headers={"If-None-Match": first["ETag"]}
        )
        drive_to(world, NEAR, at=THURSDAY_10 + 20 * MINUTE)
        after = carols.get(
            f"/visits/{trip.code}/live.json", headers={"If-None-Match": first["ETag"]}
        )

    assert (again.status_code, again.content, after.status_code) == (304, b"", 200)


def test_home_shows_one_active_visit_and_a_link_to_each_that_is_on_the_way(
    world: World, trip: Booking, sign_in: SignIn, now: datetime
) -> None:
    second = book(world, now=now, key=window_key(from_hour=13, to_hour=15))
    set_out(world, now=THURSDAY_10 + MINUTE, booking=second)

    with time_machine.travel(THURSDAY_10 + MINUTE, tick=False):
        response = sign_in(world.contact).get("/")
    html = response.content.decode()
    active, _tabs, upcoming = html.partition('class="tabs"')

    assert active.count("View live map") == upcoming.count("View live map") == 1
    assert f"/visits/{trip.code}/" in active
    assert f"/visits/{second.code}/" in upcoming
    assert "Arriving" in active


def test_each_of_a_crew_is_told_with_a_place_of_its_own(
    world: World, trip: Booking, sign_in: SignIn
) -> None:
    at = THURSDAY_10 + 20 * MINUTE
    part = trip.assignments.get()
    Assignment.objects.create(
        booking=trip, resource=tina(), role=1, latitude=DOOR.latitude, longitude=DOOR.longitude,
        starts_at=part.starts_at, arrives_at=part.arrives_at, ends_at=part.ends_at,
    )  # fmt: skip
    drive_to(world, NEAR, at=at)
    with time_machine.travel(at, tick=False):
        report(tina(), north_of(DOOR, 9_000), at=at - 15 * MINUTE)
        report(tina(), north_of(DOOR, 600), at=at)

    found = live(sign_in(world.contact), trip, at=at)

    assert "Your technicians are on the way" in found["words"]
    assert "Tom Technician" in found["people"]
    assert "Tina Technician" in found["people"]
    assert [person["key"] for person in found["map"]["people"]] == [0, 1]
    assert [person["initials"] for person in found["map"]["people"]] == ["TT", "TT"]
