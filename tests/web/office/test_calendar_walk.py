"""From nothing to a visit in a technician's calendar, in the office, at a service that answers."""

from django.test import Client

from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import CalendarLink, SyncedEvent
from doorstep.domain.calendars.services.links import run_test
from doorstep.domain.calendars.services.sync import sync_calendar
from doorstep.domain.organization.models import ConnectorAccount
from tests.conftest import NOW
from tests.unit.connectors.calendar.worlds import Trouble, make_world

from .calendars import of, press, shown
from .forms import errors_of, send
from .world import World, page


def test_a_profile_a_mailbox_an_approval_and_a_test_bring_a_visit_into_the_calendar(
    administrator: Client, world: World
) -> None:
    CalendarLink.objects.all().delete()
    served = make_world("google")
    with served.running():
        values = {f"setting_{name}": str(value) for name, value in served.settings().items()}
        add = page(ConnectorAccount, "add") + "?service=calendar.google"
        answer = send(administrator, add, name="Our Google", **values)
        assert answer.status_code == 302, errors_of(answer)
        address = f"{page(CalendarLink, 'add')}?resource={world.technician.pk}"
        answer = send(
            administrator, address, address=served.mailbox.address,
            account=str(ConnectorAccount.objects.get(name="Our Google").pk),
        )  # fmt: skip
        assert answer.status_code == 302, errors_of(answer)
        link = CalendarLink.objects.get()
        press(administrator, link, "approve_it")

        press(administrator, link, "test_it")
        served.trouble(Trouble.NO_RIGHT)
        run_test(link_id=link.pk, now=NOW)
        content = shown(administrator, of(link))
        assert "Failing" in content
        assert "then test it again" in content

        served.double.sign_in.undelegated.clear()  # type: ignore[attr-defined]
        press(administrator, link, "test_it")
        run_test(link_id=link.pk, now=NOW)
        assert "Enabled" in shown(administrator, of(link))
        assert served.events() == []
        sync_calendar(link_id=link.pk, now=lambda: NOW)

        (event,) = served.events()
        assert world.work_order.number in event.title
        assert event.title in shown(administrator, of(link))
        booked = shown(administrator, page(Booking, "change", world.booking.pk))
        assert "In the calendar" in booked
        assert SyncedEvent.objects.get().booking == world.booking
