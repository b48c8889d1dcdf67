"""Events in technicians' calendars: what stands there of each visit, and trying again."""

from datetime import timedelta

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import CalendarLink, EventState, LinkState, SyncedEvent
from doorstep.platform.audit.selectors import history_of
from tests.conftest import NOW
from tests.factories.calendars import make_synced_event

from .forms import run_dialog, said
from .world import World, page


@pytest.fixture
def refused(world: World) -> SyncedEvent:
    return make_synced_event(
        CalendarLink.objects.get(), starts_at=NOW + timedelta(days=1), state=EventState.FAILED,
        title="WO-7 · Boiler", reason="Graph says: too long a title", attempts=0,
        remote_id="remote",
    )  # fmt: skip


def content_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def try_again(client: Client, event: SyncedEvent) -> str:
    address = f"{page(SyncedEvent)}{event.pk}/try_again/"
    return str(run_dialog(client, address).content.decode())


def test_the_list_tells_state_reason_and_visit(
    dispatcher: Client, world: World, refused: SyncedEvent
) -> None:
    content = content_of(dispatcher, page(SyncedEvent))
    assert "Graph says: too long a title" in content
    assert "Tue, 24 Nov, 09:00–10:00, London time" in content
    assert page(Booking, "change", world.booking.pk) in content


@pytest.mark.parametrize(("state", "count"), [("failed", 1), ("written", 1), ("missing", 0)])
def test_events_are_listed_by_state(
    dispatcher: Client, refused: SyncedEvent, state: str, count: int
) -> None:
    query = f"link__id__exact={refused.link_id}&state__exact={state}"
    assert dispatcher.get(f"{page(SyncedEvent)}?{query}").context["cl"].result_count == count


def test_a_refused_event_is_tried_again_at_once(
    administrator: Client, refused: SyncedEvent
) -> None:
    link = refused.link
    CalendarLink.objects.filter(pk=link.pk).update(due_at=NOW + timedelta(days=900))

    try_again(administrator, refused)

    refused.refresh_from_db()
    link.refresh_from_db()
    assert (refused.state, refused.reason) == ("waiting", "")
    assert link.due_at < NOW + timedelta(days=900)
    assert link.notices.exists()
    assert ProcrastinateJob.objects.filter(task_name="doorstep.calendars.sync").count() == 1
    assert [entry.action for entry in history_of(link)] == ["tried again"]


def test_that_an_attempt_may_have_come_through_is_not_forgotten(
    administrator: Client, refused: SyncedEvent
) -> None:
    SyncedEvent.objects.filter(pk=refused.pk).update(remote_id="", attempts=30)
    try_again(administrator, refused)
    refused.refresh_from_db()
    assert refused.attempts == 1


def test_an_event_of_a_paused_calendar_is_not_tried(
    administrator: Client, refused: SyncedEvent
) -> None:
    CalendarLink.objects.update(state=LinkState.PAUSED)
    assert "Nothing is written to this calendar at the moment: Paused" in try_again(
        administrator, refused
    )
    refused.refresh_from_db()
    assert refused.state == "failed"


def test_many_refused_events_are_tried_again_and_others_left_alone(
    administrator: Client, refused: SyncedEvent
) -> None:
    answer = administrator.post(
        page(SyncedEvent),
        {
            "action": "try_again_all",
            "_selected_action": list(SyncedEvent.objects.values_list("pk", flat=True)),
            "index": "0",
        },
    )
    assert "1 event is tried again." in said(administrator, answer)
    assert set(SyncedEvent.objects.values_list("state", flat=True)) == {"waiting", "written"}


def test_only_a_refused_event_offers_it(administrator: Client, refused: SyncedEvent) -> None:
    written = SyncedEvent.objects.get(state="written")
    for event, is_offered in ((refused, True), (written, False)):
        content = content_of(administrator, page(SyncedEvent, "change", event.pk))
        assert (f"/{event.pk}/try_again/" in content) is is_offered
    address = f"{page(SyncedEvent)}{written.pk}/try_again/"
    assert administrator.post(address, {"_form_submitted": "True"}).status_code == 404


def test_a_dispatcher_tries_nothing(dispatcher: Client, refused: SyncedEvent) -> None:
    address = f"{page(SyncedEvent)}{refused.pk}/try_again/"
    assert dispatcher.post(address, {"_form_submitted": "True"}).status_code == 404
    dispatcher.post(
        page(SyncedEvent), {"action": "try_again_all", "_selected_action": [refused.pk]}
    )
    refused.refresh_from_db()
    assert refused.state == "failed"


def test_a_booking_tells_in_whose_calendars_it_stands(dispatcher: Client, world: World) -> None:
    link = CalendarLink.objects.get()
    SyncedEvent.objects.update(state=EventState.MISSING, reason="The technician deleted the event.")
    content = content_of(dispatcher, page(Booking, "change", world.booking.pk))
    assert "In calendars" in content
    assert page(CalendarLink, "change", link.pk) in content
    assert "The technician deleted the event." in content


def test_a_booking_in_no_calendar_says_so(dispatcher: Client, world: World) -> None:
    SyncedEvent.objects.all().delete()
    content = content_of(dispatcher, page(Booking, "change", world.booking.pk))
    assert "In no technician&#x27;s calendar" in content
