"""Above the list of calendars: how many are in which state, who has none, and how tests go on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from doorstep.domain.calendars.models import CalendarLink, LinkState
from doorstep.domain.calendars.selectors import (
    get_calendar_settings,
    links_by_state,
    profiles_out_of_use,
    technicians_without_calendar,
)

from .calendar_words import profile_words, state_and_why

# Which tests somebody asked for together, so that she is told how far they are.
_TESTS = "calendar_tests"
# More technicians than these are told as a number that leads to the list of them.
MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Count:
    """A number that leads to the list behind it."""

    title: str
    count: int
    link: str
    is_worrying: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    counts: list[Count]
    notices: list[str]
    progress: str
    is_testing: bool
    without: list[tuple[str, str]]
    more_without: int
    all_without: str


def summary_of(request: HttpRequest, *, may_add: bool) -> Summary:
    """`may_add`: whether this user may set calendars up; who may not is not shown how."""
    path = reverse("office:calendars_calendarlink_changelist")
    by_state = links_by_state()
    nobody = technicians_without_calendar()
    without_count = nobody.count()
    without_link = f"{reverse('office:resources_bookableresource_changelist')}?has_calendar=no"
    counts = [Count(_("Not set up"), without_count, without_link)]
    counts += [
        Count(
            str(state.label),
            by_state.get(state, 0),
            f"{path}?state__exact={state.value}",
            is_worrying=state == LinkState.FAILING and by_state.get(state, 0) > 0,
        )
        for state in LinkState
    ]
    add = reverse("office:calendars_calendarlink_add")
    shown = nobody[:MOST_NAMES] if may_add else nobody.none()
    without = [(each.name, f"{add}?resource={each.pk}") for each in shown]
    return Summary(
        counts=counts,
        notices=_notices(),
        progress=_progress(request, by_state.get(LinkState.TESTING, 0)),
        is_testing=by_state.get(LinkState.TESTING, 0) > 0,
        without=without,
        more_without=without_count - len(without) if without else 0,
        all_without=without_link,
    )


def note_tests(request: HttpRequest, link_ids: Iterable[int]) -> None:
    """These are tested from now on; what ran already counts on while some of it still does."""
    running = _batch(request)
    is_over = not CalendarLink.objects.filter(pk__in=running, state=LinkState.TESTING).exists()
    before = [] if is_over else running
    request.session[_TESTS] = sorted({*before, *link_ids})


def tested_states(request: HttpRequest) -> list[SafeString]:
    """The states as their rows show them, to be put in the place of those on the page."""
    links = CalendarLink.objects.filter(pk__in=_batch(request)).select_related("account")
    return [state_and_why(link, is_news=True) for link in links]


def forget_finished_tests(request: HttpRequest) -> None:
    """Once it was told how they ended."""
    running = CalendarLink.objects.filter(pk__in=_batch(request), state=LinkState.TESTING)
    if _TESTS in request.session and not running.exists():
        del request.session[_TESTS]


def _progress(request: HttpRequest, testing: int) -> str:
    states = list(
        CalendarLink.objects.filter(pk__in=_batch(request)).values_list("state", flat=True)
    )
    if not states:
        return _("%(count)s being tested.") % {"count": testing} if testing else ""
    running = states.count(LinkState.TESTING)
    if running:
        return _("Testing: %(done)s of %(count)s done.") % {
            "count": len(states),
            "done": len(states) - running,
        }
    return _("%(count)s tested: %(good)s enabled, %(bad)s failing.") % {
        "count": len(states),
        "good": states.count(LinkState.ENABLED),
        "bad": states.count(LinkState.FAILING),
    }


def _batch(request: HttpRequest) -> list[int]:
    found: list[int] = request.session.get(_TESTS, [])
    return found


def _notices() -> list[str]:
    notices = [profile_words(profile) for profile in profiles_out_of_use()]
    if not get_calendar_settings().is_enabled:
        notices.insert(
            0,
            _("The sync is switched off in the calendar settings: nothing is written, nothing is "
              "removed."),
        )  # fmt: skip
    return notices
