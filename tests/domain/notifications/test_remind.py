"""The reminder run: what is due, at which hour, caught up once, and never for what is past
(product reference 5.4; F20, F21, F27)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.remind import remind
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.db import database_now
from tests.doubles.smtp import SmtpDouble
from tests.factories.bookings import World, book, make_world, window_key
from tests.factories.notifications import set_messages

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# Thursday 10 to 12 in London, which keeps UTC in November.
VISIT = datetime(2026, 11, 26, 10, tzinfo=UTC)


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def booking(world: World, now: datetime) -> Booking:
    """Made long ago."""
    made = book(world, now=now)
    promise(made, since=at(1))
    return made


def promise(booking: Booking, *, since: datetime, starts: datetime = VISIT) -> None:
    Booking.objects.filter(pk=booking.pk).update(
        promised_from=starts, promised_to=starts + timedelta(hours=2), promised_at=since
    )
    booking.refresh_from_db()


def to_send() -> int:
    return Message.objects.filter(state=MessageState.PENDING).count()


def test_a_visit_is_remembered_seven_days_before_at_ten(booking: Booking) -> None:
    remind(now=at(19, 9, 59))
    assert to_send() == 0

    remind(now=at(19))
    assert to_send() == 1


def test_a_second_run_adds_nothing(booking: Booking) -> None:
    for day in (19, 20, 21):
        remind(now=at(day))

    assert Message.objects.count() == 1


def test_zero_days_switch_reminders_off(booking: Booking, world: World) -> None:
    set_messages(world.portal, reminder_days=[0])

    remind(now=at(25))

    assert not Message.objects.exists()


def test_several_reminders_come_each_at_its_time(booking: Booking, world: World) -> None:
    set_messages(world.portal, reminder_days=[7, 1])

    remind(now=at(19))
    remind(now=at(24))
    assert Message.objects.count() == 1

    remind(now=at(25))
    assert to_send() == 2


def test_who_books_within_the_period_is_reminded_at_the_next_run(booking: Booking) -> None:
    promise(booking, since=at(24, 15))

    remind(now=at(24, 15, 5))
    assert to_send() == 0

    remind(now=at(25))
    assert to_send() == 1


def test_three_days_late_one_reminder_goes_out(booking: Booking, world: World) -> None:
    set_messages(world.portal, reminder_days=[7, 4, 1])

    remind(now=at(25, 13))

    assert to_send() == 1
    others = Message.objects.exclude(state=MessageState.PENDING)
    assert {message.reason for message in others} == {Reason.NEARER_REMINDER}


def test_nobody_is_reminded_of_a_visit_that_has_begun(booking: Booking) -> None:
    remind(now=VISIT)
    remind(now=VISIT + DAY)

    assert not Message.objects.exists()


@pytest.mark.parametrize("parent", [ParentStatus.CANCELED, ParentStatus.TRAVELING])
def test_only_scheduled_visits_are_remembered(booking: Booking, parent: ParentStatus) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=get_default_status(parent))

    remind(now=at(25))

    assert not Message.objects.exists()


def test_moved_out_of_the_period_and_back_a_new_one_is_due(booking: Booking) -> None:
    remind(now=at(20))
    promise(booking, since=at(21), starts=VISIT + 10 * DAY)
    remind(now=at(22))
    assert Message.objects.count() == 1

    remind(now=at(29))
    assert Message.objects.count() == 2


def test_a_reminder_of_a_time_that_was_moved_since_is_not_sent(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    (message,) = remind(now=at(20))
    promise(booking, since=at(21), starts=VISIT + 10 * DAY)

    assert deliver(message_id=message.pk, now=now) == MessageState.SUPPRESSED
    message.refresh_from_db()
    assert message.reason == Reason.MOVED_SINCE
    assert not smtp.mails


def test_a_reminder_of_a_canceled_visit_is_not_sent(
    booking: Booking, now: datetime, smtp: SmtpDouble
) -> None:
    (message,) = remind(now=at(20))
    Booking.objects.filter(pk=booking.pk).update(status=get_default_status(ParentStatus.CANCELED))

    assert deliver(message_id=message.pk, now=now) == MessageState.SUPPRESSED
    assert not smtp.mails


@pytest.mark.parametrize(
    ("zone", "hour_utc"), [("UTC", 10), ("", 15), ("Asia/Tokyo", 1), ("America/New_York", 15)]
)
def test_the_hour_is_that_of_the_zone_the_portal_names_or_of_the_place(
    booking: Booking, world: World, zone: str, hour_utc: int
) -> None:
    """An empty zone is the place's own: here New York, five hours behind."""
    Booking.objects.filter(pk=booking.pk).update(time_zone="America/New_York")
    set_messages(world.portal, reminder_zone=zone)

    remind(now=at(19, hour_utc) - timedelta(minutes=1))
    assert to_send() == 0

    remind(now=at(19, hour_utc))
    assert to_send() == 1


def test_an_hour_the_clocks_skip_is_the_next_one_there_is(booking: Booking, world: World) -> None:
    """New York goes forward on 14 March 2027 at 2:00."""
    Booking.objects.filter(pk=booking.pk).update(time_zone="America/New_York")
    set_messages(world.portal, reminder_zone="", reminder_time=time(2, 30), reminder_days=[1])
    promise(booking, since=at(1), starts=datetime(2027, 3, 15, 15, tzinfo=UTC))

    remind(now=datetime(2027, 3, 14, 6, 59, tzinfo=UTC))
    assert to_send() == 0

    remind(now=datetime(2027, 3, 14, 7, tzinfo=UTC))
    assert to_send() == 1


def test_an_hour_that_comes_twice_reminds_once(booking: Booking, world: World) -> None:
    """New York goes back on 1 November 2026 at 2:00."""
    Booking.objects.filter(pk=booking.pk).update(time_zone="America/New_York")
    set_messages(world.portal, reminder_zone="", reminder_time=time(1, 30), reminder_days=[1])
    promise(
        booking,
        since=datetime(2026, 10, 1, tzinfo=UTC),
        starts=datetime(2026, 11, 2, 15, tzinfo=UTC),
    )

    remind(now=datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
    remind(now=datetime(2026, 11, 1, 6, 30, tzinfo=UTC))

    assert to_send() == 1


def test_a_clock_that_jumps_back_reminds_nobody_twice(booking: Booking) -> None:
    remind(now=at(19))
    remind(now=at(19) - timedelta(hours=1))
    remind(now=at(19))

    assert Message.objects.count() == 1


def test_visits_of_no_portal_are_the_default_portals(booking: Booking) -> None:
    booking.work_order.portal = None
    booking.work_order.save()

    remind(now=at(19))

    assert to_send() == 1


def test_each_portal_has_its_own_days(booking: Booking, world: World) -> None:
    other = Portal.objects.create(name="Other", company_name="Other")
    set_messages(other, reminder_days=[2])
    booking.work_order.portal = other
    booking.work_order.save()

    remind(now=at(23))
    assert to_send() == 0

    remind(now=at(24))
    assert to_send() == 1


def test_a_reminder_is_due_when_it_is_written(booking: Booking) -> None:
    (message,) = remind(now=at(19))

    assert message.due_at <= database_now()


def test_a_crowd_is_decided_without_asking_anew_for_each_visit(world: World, now: datetime) -> None:
    visits = [book(world, now=now, key=window_key(date(2026, 11, day))) for day in range(24, 28)]
    for visit in visits:
        promise(visit, since=at(1), starts=visit.promised_from)

    def queries_for(few: int) -> int:
        Message.objects.all().delete()
        Booking.objects.update(status=get_default_status(ParentStatus.COMPLETED))
        scheduled = get_default_status(ParentStatus.SCHEDULED)
        Booking.objects.filter(pk__in=[visit.pk for visit in visits[:few]]).update(status=scheduled)
        with CaptureQueriesContext(connection) as queries:
            assert len(remind(now=at(20))) == few
        # So few are rung for one by one, each in a savepoint.
        rings = ("procrastinate", "SAVEPOINT")
        return sum(not any(word in query["sql"] for word in rings) for query in queries)

    assert queries_for(4) == queries_for(1)
