"""What open pages are told at each look: made once, and anew whenever it may say something else."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from doorstep.domain.bookings.models import Assignment, Booking, BookingCode, ParentStatus
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.models import ArrivalEstimate, SharingSession, TrackingSettings
from doorstep.domain.tracking.services.estimate import refresh_estimate
from doorstep.domain.work.models import WorkOrder
from doorstep.interfaces.portal.links import COOKIE
from doorstep.interfaces.portal.live.hub import RECHECK_S, Hub
from doorstep.interfaces.portal.live.viewers import CLOSED, Known, Look, Viewer, look
from doorstep.platform.values.geo import Coordinates
from tests.factories.bookings import World, book, make_link, make_world
from tests.factories.tracking import become, north_of, report, set_out

# What says whether a row has changed is the number of the transaction that wrote it.
pytestmark = pytest.mark.django_db(transaction=True)

THURSDAY_10 = datetime.fromisoformat("2026-11-26T10:00:00+00:00")
MINUTE = timedelta(minutes=1)
DOOR = Coordinates(53.48, -2.24)
AT = THURSDAY_10 + 20 * MINUTE


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def visit(world: World, now: datetime) -> Booking:
    """Tom set out at ten, and is near twenty minutes later."""
    visit = book(world, now=now)
    Portal.objects.update(shows_technician_name=True)
    with time_machine.travel(THURSDAY_10, tick=False):
        set_out(world, now=THURSDAY_10, booking=visit)
        report(world.technician, north_of(DOOR, -11_000), at=THURSDAY_10)
        report(world.technician, north_of(DOOR, -1_500), at=AT)
        refresh_estimate(session_id=SharingSession.objects.get().pk, now=AT)
    return visit


@pytest.fixture
def by_link(visit: Booking) -> Viewer:
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.get(make_link(visit, now=AT))
    return Viewer(visit.code, True, "en", ((COOKIE, client.cookies[COOKIE].value),))


@pytest.fixture
def signed_in(world: World, visit: Booking) -> Viewer:
    client = Client()
    with time_machine.travel(AT, tick=False):
        client.force_login(world.contact.user)
    name = settings.SESSION_COOKIE_NAME
    return Viewer(visit.code, False, "en", ((name, client.cookies[name].value),))


def look_at(viewer: Viewer, known: Known, *, at: datetime = AT) -> Look:
    with time_machine.travel(at, tick=False):
        return look([viewer], known=known, now=at)[viewer]


def body_of(found: Look) -> str:
    assert found.content is not None
    return found.content.body


CHANGES: dict[str, Callable[[], object]] = {
    "a position": lambda: SharingSession.objects.update(latitude=53.475),
    "a pause": lambda: SharingSession.objects.update(paused_at=AT),
    "the end of a trip": lambda: SharingSession.objects.update(ended_at=AT),
    "an estimate": lambda: ArrivalEstimate.objects.update(latest_at=AT + 90 * MINUTE),
    "no estimate": lambda: ArrivalEstimate.objects.all().delete(),
    "a status": lambda: become(Booking.objects.get(), ParentStatus.IN_PROGRESS, at=AT),
    "a promise": lambda: Booking.objects.update(promised_to=THURSDAY_10, version=9),
    "a place": lambda: WorkOrder.objects.update(latitude=53.49),
    "the place of a part": lambda: Assignment.objects.update(latitude=53.6, longitude=-2.4),
    "who comes": lambda: Assignment.objects.all().delete(),
    "a name": lambda: BookableResource.objects.update(name="Theo"),
    "no map": lambda: Portal.objects.update(shows_map=False),
    "no names": lambda: Portal.objects.update(shows_technician_name=False),
    "no tracking": lambda: Portal.objects.update(is_tracking_enabled=False),
    "no sharing": lambda: TrackingSettings.objects.create(pk=1, is_sharing_enabled=False),
    "a larger area": lambda: TrackingSettings.objects.create(pk=1, exact_within_metres=10),
    "a trip begun anew": lambda: Booking.objects.get().timestamps.update(at=AT + MINUTE),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_is_told_at_the_next_look(
    by_link: Viewer, change: Callable[[], object]
) -> None:
    known = Known()
    before = body_of(look_at(by_link, known))
    change()

    after = body_of(look_at(by_link, known))

    assert after != before
    assert after == body_of(look_at(by_link, Known()))


def test_while_nothing_changes_a_look_reads_nothing_of_the_visit(
    by_link: Viewer, signed_in: Viewer
) -> None:
    known = Known()
    for viewer in (by_link, signed_in):
        first = look_at(viewer, known)
        with CaptureQueriesContext(connection) as queries:
            assert look_at(viewer, known) == first
        asked = " ".join(each["sql"] for each in queries)
        assert "promised_from" not in asked
        assert len(queries) == (2 if viewer.by_link else 4)


def test_time_alone_takes_an_old_position_off_and_makes_words_anew(by_link: Viewer) -> None:
    known = Known()
    first = body_of(look_at(by_link, known))

    later = body_of(look_at(by_link, known, at=AT + 10 * MINUTE))
    old = body_of(look_at(by_link, known, at=AT + 15.1 * MINUTE))

    assert '"place":[53.4' in first
    assert later != first
    assert '"place":' not in old
    assert "too old to show" in old


def test_a_position_is_not_shown_beyond_its_time_for_having_been_told_just_before(
    by_link: Viewer,
) -> None:
    known = Known()
    look_at(by_link, known, at=AT + 14.9 * MINUTE)

    assert "too old to show" in body_of(look_at(by_link, known, at=AT + 15.1 * MINUTE))


def test_a_link_shows_the_least_from_the_instant_the_visit_is_over(by_link: Viewer) -> None:
    Booking.objects.update(promised_from=AT - 60 * MINUTE, promised_to=AT, starts_at=AT - MINUTE,
                           arrives_at=AT, ends_at=AT + MINUTE)  # fmt: skip
    over_at = AT + MINUTE + timedelta(days=1)
    BookingCode.objects.update(expires_at=over_at + timedelta(days=30))
    # The cookie of a browser lives for a day.
    SharingSession.objects.update(position_at=over_at - MINUTE)
    with time_machine.travel(over_at - 2 * MINUTE, tick=False):
        client = Client()
        client.get(make_link(Booking.objects.get(), now=over_at - 2 * MINUTE))
    viewer = Viewer(by_link.booking_code, True, "en", ((COOKIE, client.cookies[COOKIE].value),))
    known = Known()

    before = body_of(look_at(viewer, known, at=over_at - timedelta(seconds=5)))
    after = body_of(look_at(viewer, known, at=over_at + timedelta(seconds=5)))

    assert "Tom" in before
    assert '"words":""' in after
    assert "Tom" not in after


def test_who_may_no_longer_see_it_is_not_told_what_the_others_are(
    by_link: Viewer, signed_in: Viewer
) -> None:
    known = Known()
    for viewer in (by_link, signed_in):
        assert look_at(viewer, known) != CLOSED
    BookingCode.objects.update(blocked_at=AT)

    with time_machine.travel(AT, tick=False):
        found = look([by_link, signed_in], known=known, now=AT)

    assert found[by_link] == CLOSED
    assert found[signed_in] != CLOSED
    Contact.objects.update(allows_sign_in=False)
    assert look_at(signed_in, known) == CLOSED


def test_a_changed_password_closes_an_open_page(world: World, signed_in: Viewer) -> None:
    known = Known()
    assert look_at(signed_in, known) != CLOSED
    user = world.contact.user
    user.set_password("another password of hers")
    user.save()

    assert look_at(signed_in, known) == CLOSED


def test_a_photo_that_comes_is_told(world: World, by_link: Viewer) -> None:
    Portal.objects.update(shows_technician_photo=True)
    known = Known()
    before = body_of(look_at(by_link, known))
    world.technician.photo.save("tom.png", ContentFile(b"not really a picture"), save=True)

    assert "/photo/0/" not in before
    assert "/photo/0/" in body_of(look_at(by_link, known))


class Late(ThreadPoolExecutor):
    """Each look has read what there is, and is not told before it may go on."""

    def __init__(self) -> None:
        super().__init__(1)
        self.has_read, self.may_go_on = Event(), Event()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        def late() -> Any:
            found = fn(*args, **kwargs)
            self.has_read.set()
            assert self.may_go_on.wait(30)
            return found

        return super().submit(late)


def test_what_is_announced_during_the_very_first_look_is_told_at_once(
    by_link: Viewer, visit: Booking
) -> None:
    async def follow() -> list[bytes]:
        hub = Hub()
        threads = hub._threads = Late()
        hub._listening = asyncio.create_task(asyncio.sleep(60))  # announced by hand
        stream = hub.open(by_link)
        assert await asyncio.to_thread(threads.has_read.wait, 30)
        await asyncio.to_thread(in_a_connection_of_its_own, CHANGES["a pause"])
        hub._on_change(visit.pk)
        threads.may_go_on.set()
        try:
            # Without the announcement nobody looks before this is over.
            async with asyncio.timeout(RECHECK_S - 5):
                return [await stream.next(), await stream.next()]
        finally:
            hub.close()

    with time_machine.travel(AT):
        before, after = asyncio.run(follow())

    assert b"paused" not in before
    assert b"paused" in after


def in_a_connection_of_its_own(change: Callable[[], object]) -> None:
    try:
        change()
    finally:
        connection.close()
