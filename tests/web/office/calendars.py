"""What tests of technicians' calendars in the office have in common."""

from django.http import HttpResponse
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.calendars.models import CalendarLink, LinkState
from doorstep.platform.audit.selectors import history_of

from .forms import run_dialog, said
from .world import page

ACTIONS = ("approve_it", "test_it", "sync_now", "read_back_now", "pause_it", "resume_it")


def toms() -> CalendarLink:
    return CalendarLink.objects.get(resource__name="Tom Technician")


def set_state(link: CalendarLink, state: LinkState, **values: object) -> CalendarLink:
    CalendarLink.objects.filter(pk=link.pk).update(state=state, **values)
    link.refresh_from_db()
    return link


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def of(link: CalendarLink) -> str:
    return page(CalendarLink, "change", link.pk)


def press(client: Client, link: CalendarLink, action: str) -> HttpResponse:
    return run_dialog(client, f"{page(CalendarLink)}{link.pk}/{action}/")


def run_on(client: Client, action: str, *links: CalendarLink) -> str:
    """Choose rows of the list and run an action on them; what was told."""
    answer = client.post(
        page(CalendarLink),
        {"action": action, "_selected_action": [link.pk for link in links], "index": "0"},
    )
    assert answer.status_code == 302
    return said(client, answer)


def actions_of(link: CalendarLink) -> list[str]:
    return [entry.action for entry in history_of(link)]


def rings() -> list[str]:
    return list(
        ProcrastinateJob.objects.filter(queue_name="calendars").values_list("task_name", flat=True)
    )
