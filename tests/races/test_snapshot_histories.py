"""Whatever happens in whatever order: what is kept in memory equals what the rows say."""

import datetime as dt
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doorstep.domain.bookings.errors import ChangedMeanwhile
from doorstep.domain.bookings.models import Assignment, Booking, Hold, ParentStatus, ResourceBlock
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services.assign import move_booking
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.services.hold import hold_offer
from doorstep.domain.bookings.services.status import set_status
from doorstep.domain.bookings.services.time_off import block_time_off
from doorstep.domain.bookings.snapshot import shared
from doorstep.domain.bookings.snapshot.state import State
from doorstep.domain.bookings.timetable import Promise
from doorstep.domain.resources.models import (
    BookableResource,
    BusinessClosure,
    CrewMember,
    DayHours,
    ResourceCharacteristic,
    TimeOff,
    WorkHours,
)
from doorstep.platform.lib.errors import DomainError
from tests.factories.bookings import (
    World,
    actor_of,
    book,
    make_world,
    new_key,
    run_out,
    window_key,
)
from tests.factories.organization import make_territory
from tests.factories.resources import (
    EVERY_DAY,
    give_skill,
    make_characteristic,
    make_crew,
    make_hours,
    make_technician,
    tina,
)

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 30


class History:
    """A company in which things happen at random; the same seed gives the same."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.chance = random.Random(seed)
        self.now = now
        self.world: World = make_world()
        night = make_technician("Nightly", works=False, time_zone="America/New_York")
        make_hours(night, dt.time(20), dt.time(4), weekdays=EVERY_DAY)
        wide = make_technician("Wide", capacity=3)
        self.people = [self.world.technician, tina(), night, wide]
        self.crew = make_crew(self.people[:2])
        self.skill = make_characteristic()
        self.steps: list[Callable[[], Any]] = [
            self.book, self.book, self.book, self.hold, self.hold, self.run_out, self.release,
            self.cancel, self.move, self.begin, self.pin, self.promise, self.be_away,
            self.move_absence, self.take_time_off, self.take_time_off_back, self.work_else,
            self.work_weekly_else, self.learn, self.forget, self.live_elsewhere, self.leave,
            self.come_back, self.serve, self.join, self.close, self.grow, self.rename,
        ]  # fmt: skip

    def step(self) -> str:
        """Something happens; returns what."""
        step = self.chance.choice(self.steps)
        try:
            step()
        except (DomainError, ChangedMeanwhile) as error:
            return f"{step.__name__}: {type(error).__name__}"
        return step.__name__

    # --- What happens --------------------------------------------------------------------------

    def book(self) -> None:
        book(self.world, now=self.now, key=self._key())

    def hold(self) -> None:
        hold_offer(wish=self.world.wish, key=self._key(), contact=self.world.contact, now=self.now)

    def run_out(self) -> None:
        for held in Hold.objects.all():
            run_out(held)

    def release(self) -> None:
        Hold.objects.all().delete()

    def cancel(self) -> None:
        if (booking := self._booking()) is not None:
            cancel_booking(
                booking=booking,
                reason="",
                request_key=new_key(),
                actor=actor_of(self.world.contact),
                now=self.now,
            )

    def move(self) -> None:
        if (booking := self._booking()) is not None:
            promise = Promise.parse(self._key())
            actor = actor_of(self.world.contact)
            move_booking(booking=booking, promise=promise, actor=actor, now=self.now)

    def begin(self) -> None:
        if (booking := self._booking()) is not None:
            set_status(
                booking=booking,
                status=get_default_status(ParentStatus.IN_PROGRESS),
                actor=actor_of(self.world.contact),
                at=self.now,
            )

    def pin(self) -> None:
        Booking.objects.filter(pk__in=self._some(Booking)).update(is_pinned=True)

    def promise(self) -> None:
        for booking in Booking.objects.filter(pk__in=self._some(Booking)):
            booking.promised_to += timedelta(minutes=30)
            booking.save()

    def be_away(self) -> None:
        starts_at = self._instant()
        person = self.chance.choice(self.people)
        if not ResourceBlock.objects.filter(
            resource=person, starts_at__lt=starts_at + timedelta(hours=3), ends_at__gt=starts_at
        ):
            ResourceBlock.objects.create(
                resource=person,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=3),
                kind="outside",
            )

    def move_absence(self) -> None:
        for block in ResourceBlock.objects.filter(kind="outside")[:1]:
            block.ends_at -= timedelta(minutes=20)
            block.save()

    def take_time_off(self) -> None:
        starts_at = self._instant()
        absence = TimeOff.objects.create(
            resource=self.chance.choice(self.people),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=self.chance.choice((2, 30))),
        )
        if self.chance.random() < 0.5:
            block_time_off(time_off_id=absence.pk)

    def take_time_off_back(self) -> None:
        TimeOff.objects.filter(pk__in=self._some(TimeOff)).delete()

    def work_else(self) -> None:
        DayHours.objects.create(
            resource=self.chance.choice(self.people),
            day=self._instant().date(),
            from_time=dt.time(self.chance.choice((6, 12))),
            to_time=dt.time(self.chance.choice((13, 20))),
        )

    def work_weekly_else(self) -> None:
        WorkHours.objects.filter(pk__in=self._some(WorkHours)).update(to_time=dt.time(18))

    def learn(self) -> None:
        person = self.chance.choice(self.people)
        if not ResourceCharacteristic.objects.filter(resource=person).exists():
            give_skill(person, self.skill, 3)

    def forget(self) -> None:
        ResourceCharacteristic.objects.all().delete()

    def live_elsewhere(self) -> None:
        BookableResource.objects.filter(pk=self.chance.choice(self.people).pk).update(
            latitude=53.4 + self.chance.random() / 5
        )

    def leave(self) -> None:
        BookableResource.objects.filter(pk=self.chance.choice(self.people).pk).update(
            is_active=False
        )

    def come_back(self) -> None:
        BookableResource.objects.update(is_active=True)

    def serve(self) -> None:
        self.chance.choice(self.people).territories.add(make_territory())

    def join(self) -> None:
        CrewMember.objects.get_or_create(crew=self.crew, member=self.chance.choice(self.people))

    def close(self) -> None:
        day = self._instant().date()
        BusinessClosure.objects.create(name="Closed", from_on=day, to_on=day)

    def grow(self) -> None:
        BookableResource.objects.filter(pk=self.people[3].pk).update(
            capacity=self.chance.choice((0, 1, 2, 4))
        )

    def rename(self) -> None:
        self.world.portal.name = "Another name"
        self.world.portal.save()

    # --- Parts ---------------------------------------------------------------------------------

    def _key(self) -> str:
        hours = self.chance.choice(((8, 10), (10, 12), (13, 15), (15, 17)))
        return window_key(self._instant().date(), *hours)

    def _instant(self) -> datetime:
        day = self.now + timedelta(days=self.chance.randrange(1, 6))
        return datetime(day.year, day.month, day.day, self.chance.randrange(7, 18), tzinfo=UTC)

    def _booking(self) -> Booking | None:
        rows = list(Booking.objects.order_by("pk"))
        return self.chance.choice(rows) if rows else None

    def _some(self, model: Any) -> list[int]:
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return self.chance.sample(ids, min(2, len(ids)))


def contents(state: State) -> dict[str, Any]:
    """All that can decide an offer."""
    people = {worker.id: (worker.resource, worker.crew) for worker in state.workers.values()}
    return {
        "people": people,
        "routes": {each: state.board.routes_of(each) for each in people},
        "away": {
            (resource_id, lane): sorted(set(away))
            for resource_id, lanes in state._away.items()
            for lane, away in lanes.items()
            if away and resource_id in people
        },
        "held": sorted(held.stop_id for own in state._held.values() for held in own.values()),
        "windows": state.reference.windows,
        "roles": state.reference.roles,
        "preferences": state.reference.preferences,
    }


@pytest.mark.parametrize("seed", range(8))
def test_catching_up_comes_to_the_same_as_loading_anew(seed: int, now: datetime) -> None:
    history = History(seed, now)
    steps: list[str] = []
    assert shared.shared.fresh(now) is not None

    for _number in range(STEPS):
        steps.append(history.step())
        if history.chance.random() < 0.6:  # several changes may come at one look
            kept, loaded = shared.shared.fresh(now), State.load(now)
            assert kept is not None
            assert loaded is not None
            assert contents(kept) == contents(loaded), steps

    assert Assignment.objects.exists()
