"""The office's pages about calendars: no barrier, nothing scrolls sideways, tests seen to go on."""

from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import (
    CalendarLink,
    CalendarSettings,
    EventState,
    LinkState,
    SyncedEvent,
)
from doorstep.domain.organization.models import ConnectorAccount
from tests.factories.bookings import World
from tests.factories.calendars import (
    make_calendar_account,
    make_calendar_link,
    make_synced_event,
    set_calendar_settings,
)
from tests.factories.identity import otto
from tests.factories.resources import make_technician, tina
from tests.web.office.world import page as address_of

from .conftest import OpenPage
from .pages import furnish
from .test_accessibility import barriers, sideways, widths

# What is ours: the rest of each page is the admin theme's, as the field to look a technician up.
OURS = (
    "#calendar-summary",
    ".office-without",
    "#result_list .field-state_and_reason",
    ".office-panel",
    "#calendarlink_form:not(:has(.select2))",
    "#calendarsettings_form",
    ".office-problems",
)


def calendars(world: World, *, now: datetime) -> CalendarLink:
    """One that fails, with events of all kinds, beside others; Tina has none."""
    visit = furnish(world, now=now)
    account = make_calendar_account(name="Our Microsoft 365", connector="outlook")
    link = make_calendar_link(
        world.technician, account=account, state=LinkState.FAILING, succeeded_at=now,
        state_reason="This mailbox has no license: give it one in the Microsoft 365 admin center.",
        reconciled_at=now - timedelta(hours=1), missing_count=1, edited_count=2,
        retry_at=now + timedelta(hours=1),
    )  # fmt: skip
    make_synced_event(link, visit, starts_at=visit.promised_from)
    for number, state in enumerate(EventState):
        make_synced_event(
            link, starts_at=now + timedelta(days=number), state=state,
            title=f"WO-00{number} · Boiler service · Acme", reason="The title is too long.",
        )  # fmt: skip
    for number, state in enumerate((LinkState.WAITING, LinkState.APPROVED, LinkState.TESTING)):
        make_calendar_link(make_technician(f"Zoe {number}"), account=account, state=state)
    tina()
    return link


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_office_page_about_calendars_has_a_barrier_or_scrolls_sideways(
    open_page: OpenPage, world: World, now: datetime, dark: bool
) -> None:
    link = calendars(world, now=now)
    set_calendar_settings(is_enabled=False)
    add = address_of(ConnectorAccount, "add")
    found: list[str] = []

    page = open_page(address_of(CalendarLink), staff=otto(), dark=dark)
    for address in (
        address_of(CalendarLink),
        address_of(CalendarLink, "add"),
        address_of(CalendarLink, "change", link.pk),
        address_of(CalendarLink, "delete", link.pk),
        address_of(SyncedEvent),
        address_of(SyncedEvent, "change", link.events.latest("pk").pk),
        address_of(CalendarSettings, "change", 1),
        address_of(Booking, "change", Booking.objects.get().pk),
        f"{add}?service=calendar.google",
        "/office/",
    ):
        page.goto(address)
        for width in widths(page):
            for part in OURS:
                if page.locator(part).count():
                    found += [f"{address} {part}, {width}: {each}" for each in barriers(page, part)]
            found += [f"{address}, {width}: {wide}" for wide in sideways(page)]

    assert not found, "\n".join(found)


def test_the_list_follows_tests_by_itself(open_page: OpenPage, world: World, now: datetime) -> None:
    link = make_calendar_link(world.technician, state=LinkState.APPROVED)
    page = open_page(address_of(CalendarLink), staff=otto())
    page.locator("#result_list input.action-select").first.check()
    page.locator("select[name=action]").select_option(label="Test & enable")
    page.get_by_role("button", name="Run").click()
    page.get_by_text("Testing: 0 of 1 done.").wait_for()

    CalendarLink.objects.filter(pk=link.pk).update(state=LinkState.ENABLED)

    page.get_by_text("1 tested: 1 enabled, 0 failing.").wait_for()
    assert "enabled" in page.locator(f"#calendar-state-{link.pk}").inner_text().lower()
