"""What the company wants of calendars: one page, each setting with its bounds."""

from pathlib import Path

import pytest
from django.test import Client

from doorstep.domain.calendars.models import CalendarSettings
from doorstep.platform.audit.selectors import history_of

from .forms import errors_of, send
from .world import World, page

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "calendar-settings.md"
CHANGE = page(CalendarSettings, "change", 1)


def fields() -> list[str]:
    return [
        str(field.verbose_name) for field in CalendarSettings._meta.get_fields()
        if field.name != "id"
    ]  # fmt: skip


def test_the_first_time_the_defaults_are_shown_and_saved(
    administrator: Client, world: World
) -> None:
    CalendarSettings.objects.all().delete()
    answer = administrator.get(page(CalendarSettings))
    assert answer.url == page(CalendarSettings, "add")

    send(administrator, answer.url, days_ahead="21")

    settings = CalendarSettings.objects.get()
    assert (settings.days_ahead, settings.days_back, settings.is_enabled) == (21, 7, True)
    assert administrator.get(page(CalendarSettings)).url == CHANGE
    assert administrator.get(page(CalendarSettings, "add")).status_code == 404


def test_every_setting_is_on_the_page_and_in_the_reference(
    administrator: Client, world: World
) -> None:
    content = administrator.get(CHANGE).content.decode().casefold()
    told = DOCS.read_text().casefold()
    for label in fields():
        assert label.casefold() in content, label
        assert label.casefold() in told, label


@pytest.mark.parametrize(
    ("name", "value"),
    [("cycle_minutes", "0"), ("reconcile_minutes", "4"), ("days_ahead", "0"), ("days_back", "61"),
     ("busy_minutes", "241"), ("when_canceled", "perhaps"), ("reminder_minutes", "1441")],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused(
    administrator: Client, world: World, name: str, value: str
) -> None:
    assert errors_of(send(administrator, CHANGE, **{name: value}))


def test_a_change_is_in_the_history(administrator: Client, world: World) -> None:
    send(administrator, CHANGE, when_canceled="remove", is_enabled=None)
    settings = CalendarSettings.objects.get()
    assert (settings.when_canceled, settings.is_enabled) == ("remove", False)
    changes = history_of(settings)[0].data["changes"]
    assert changes["when_canceled"] == ["keep", "remove"]


def test_a_dispatcher_reads_and_changes_nothing(dispatcher: Client, world: World) -> None:
    assert dispatcher.get(CHANGE).status_code == 200
    assert dispatcher.post(CHANGE, {"days_ahead": "99"}).status_code == 404
    assert CalendarSettings.objects.get().days_ahead == 14
