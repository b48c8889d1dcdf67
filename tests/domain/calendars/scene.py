"""Tom's visits on one side, his calendar at a service on the other."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from doorstep.connectors.calendar.base import WrittenEvent
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.assign import move_booking
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.calendars.models import CalendarLink, SyncedEvent
from doorstep.domain.calendars.services.sync import Pass, sync_calendar
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.audit.services import SYSTEM
from tests.conftest import NOW
from tests.factories import bookings
from tests.factories.calendars import make_calendar_account, make_calendar_link
from tests.unit.connectors.calendar.caldav_world import CaldavWorld
from tests.unit.connectors.calendar.google_world import GoogleWorld
from tests.unit.connectors.calendar.outlook_world import OutlookWorld
from tests.unit.connectors.calendar.worlds import StoredEvent, World


class Scene:
    def __init__(self, name: str, world: World, *, now: datetime = NOW) -> None:
        self.world = world
        self.now = now
        self.company = bookings.make_world()
        self.account = make_calendar_account(
            connector=name.split("-")[0], settings=world.settings()
        )
        self.link = make_calendar_link(
            self.company.technician, account=self.account, mailbox=world.mailbox
        )

    def book(self, key: str | None = None) -> Booking:
        return bookings.book(self.company, now=self.now, key=key)

    def move(
        self, booking: Booking, *, days: int = 0, to: BookableResource | None = None
    ) -> Booking:
        """So many days later, or to somebody else at the same time."""
        current = Booking.objects.get(pk=booking.pk)
        by = timedelta(days=days)
        return move_booking(
            booking=current,
            promise=Promise(current.promised_from + by, current.promised_to + by),
            resource_ids=[(to or self.company.technician).pk],
            actor=SYSTEM,
            now=self.now,
        )

    def cancel(self, booking: Booking) -> Booking:
        return cancel_booking(
            booking=Booking.objects.get(pk=booking.pk),
            reason="",
            request_key=bookings.new_key(),
            actor=bookings.actor_of(self.company.contact),
            now=self.now,
        )

    def sync(self) -> Pass | None:
        """One pass, whenever it would be due."""
        CalendarLink.objects.filter(pk=self.link.pk).update(due_at=Now())
        SyncedEvent.objects.filter(link=self.link).update(due_at=Now())
        done = sync_calendar(link_id=self.link.pk, now=lambda: self.now)
        self.link.refresh_from_db()
        return done

    def read_back(self) -> None:
        """A pass with a reconcile."""
        CalendarLink.objects.filter(pk=self.link.pk).update(reconciled_at=None)
        self.sync()

    def events(self) -> list[StoredEvent]:
        return self.world.events()

    def only_event(self) -> StoredEvent:
        (event,) = self.world.events()
        return event

    def row(self) -> SyncedEvent:
        return SyncedEvent.objects.get(link=self.link)

    def written(self) -> WrittenEvent:
        return self.row().written

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


def heal(world: World) -> None:
    """Undo whatever trouble a world was told to make."""
    if isinstance(world, OutlookWorld):
        world.server.gateway.faults.clear()
        world.server.calendars.refused.clear()
        world.server.calendars.scope = None
    elif isinstance(world, GoogleWorld):
        world.double.script.clear()
        world.double.sign_in.users.add(world.mailbox.address)
        world.double.sign_in.undelegated.clear()
    elif isinstance(world, CaldavWorld):
        world.proxy.script.clear()
    else:
        raise NotImplementedError(world)
