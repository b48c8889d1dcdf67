"""What the office's front page says: today in numbers, and what stands in the way of booking."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.notifications.models import Message, StaffTask
from doorstep.domain.notifications.selectors import TROUBLE
from doorstep.domain.resources.models import TimeOff, TimeOffState
from doorstep.domain.work.configuration import Problem, configuration_problems
from doorstep.domain.work.models import SystemStatus, WorkOrder
from doorstep.platform.lib.site_time import day_bounds, format_day, local_day

from .calendar_words import calendar_problems
from .columns import link_to
from .times import office_zone


@dataclass(frozen=True, slots=True)
class Card:
    """A number that leads to the list behind it."""

    title: str
    count: int
    link: str
    icon: str
    is_worrying: bool = False


@dataclass(frozen=True, slots=True)
class FrontPage:
    day: str
    cards: list[Card]
    problems: list[SafeString]


def front_page_of(*, now: datetime) -> FrontPage:
    """`now` is an aware instant; days are the company's."""
    zone = office_zone()
    today = local_day(now, zone)
    begin, end = day_bounds(today, zone)
    visits = Booking.objects.filter(promised_from__gte=begin, promised_from__lt=end)
    live = visits.exclude(status__parent=ParentStatus.CANCELED).count()
    unscheduled = WorkOrder.objects.filter(system_status=SystemStatus.UNSCHEDULED).count()
    failed = Message.objects.filter(state__in=TROUBLE).count()
    tasks = StaffTask.objects.filter(done_at=None).count()
    requested = TimeOff.objects.filter(state=TimeOffState.REQUESTED, ends_at__gt=now).count()
    cards = [
        Card(
            _("Visits today"),
            live,
            f"{_list('bookings_booking')}?promised=today",
            "event_available",
        ),
        Card(
            _("Unscheduled work orders"),
            unscheduled,
            f"{_list('work_workorder')}?system_status__exact={SystemStatus.UNSCHEDULED}",
            "assignment_late",
        ),
        Card(
            _("Messages not delivered"),
            failed,
            f"{_list('notifications_message')}?trouble=1",
            "mark_email_unread",
            is_worrying=failed > 0,
        ),
        Card(
            _("Tasks from messages"),
            tasks,
            f"{_list('notifications_stafftask')}?done=no",
            "task_alt",
            is_worrying=tasks > 0,
        ),
        Card(
            _("Time off to decide"),
            requested,
            f"{_list('resources_timeoff')}?state__exact={TimeOffState.REQUESTED}",
            "beach_access",
        ),
    ]
    problems = [_told(problem) for problem in configuration_problems(now=now)]
    problems += calendar_problems()
    return FrontPage(day=format_day(today), cards=cards, problems=problems)


def _told(problem: Problem) -> SafeString:
    if problem.where is None:
        return format_html("{}", problem.text)
    return format_html("{} {}", problem.text, link_to(problem.where, _("Look")))


def _list(name: str) -> str:
    return reverse(f"office:{name}_changelist")
