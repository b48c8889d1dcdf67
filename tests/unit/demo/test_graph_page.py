"""The stand-in's calendars in a browser."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from doorstep.demo.graph.server import GraphServer
from doorstep.demo.graph.week import lay_out
from tests.doubles import graph

MONDAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = f"/calendar/{graph.TOM}?week=2026-11-23"


@pytest.fixture
def server() -> Iterator[GraphServer]:
    with graph.running() as server:
        yield server


def get(server: GraphServer, path: str, **headers: str) -> httpx.Response:
    return httpx.get(server.url + path, headers=headers, trust_env=False)


def post(server: GraphServer, action: str, event_id: str, **headers: str) -> httpx.Response:
    url = f"{server.url}/calendar/{graph.TOM}/{action}"
    form = {"id": event_id, "by": "hour", "week": "2026-11-23"}
    return httpx.post(url, data=form, headers=headers, trust_env=False)


def test_the_front_page_leads_to_every_calendar(server: GraphServer) -> None:
    page = get(server, "/").text

    assert f'href="/calendar/{graph.TOM}"' in page
    assert "Tom Miller" in page


def test_a_week_shows_title_time_place_and_text(server: GraphServer) -> None:
    body = {"contentType": "text", "content": "Second floor"}
    server.user(graph.TOM).adds(
        NINE, NINE + HOUR, subject="Boiler", body=body, location={"displayName": "5 Mill Lane"}
    )

    page = get(server, WEEK).text

    for shown in ("Boiler", "09:00–10:00", "5 Mill Lane", "Second floor", "23 November"):
        assert shown in page
    assert "Boiler" not in get(server, f"/calendar/{graph.TOM}?week=2026-11-30").text


def test_nothing_others_wrote_becomes_part_of_the_page(server: GraphServer) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x>"
    server.store.add_mailbox("x@contoso.example", name=evil)
    body = {"contentType": "text", "content": evil}
    event = server.user(graph.TOM).adds(
        NINE,
        NINE + HOUR,
        subject=evil,
        body=body,
        location={"displayName": evil},
        categories=[evil],
    )
    shown = [get(server, WEEK).text, get(server, "/").text]
    server.user(graph.TOM).deletes(event)
    shown.append(get(server, WEEK).text)

    for page in shown:
        assert "<script" not in page
        assert "<img" not in page
    assert "default-src 'none'" in get(server, WEEK).headers["content-security-policy"]


def test_its_user_may_move_delete_and_restore_an_event(server: GraphServer) -> None:
    event = server.user(graph.TOM).adds(NINE, NINE + HOUR, subject="Boiler")

    moved = post(server, "move", event)
    assert server.store.events[event].starts_at == NINE + HOUR
    assert (moved.status_code, moved.headers["location"]) == (303, WEEK)

    post(server, "delete", event)
    assert server.store.live(graph.TOM) == []
    assert "Restore" in get(server, WEEK).text

    post(server, "restore", event)
    assert len(server.store.live(graph.TOM)) == 1


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}]
)
def test_a_page_of_somebody_else_can_do_nothing_here(
    server: GraphServer, headers: dict[str, str]
) -> None:
    event = server.user(graph.TOM).adds(NINE, NINE + HOUR, subject="Boiler")

    assert post(server, "delete", event, **headers).status_code == 403
    assert len(server.store.live(graph.TOM)) == 1


def test_a_foreign_name_for_this_machine_is_not_answered(server: GraphServer) -> None:
    assert get(server, WEEK, Host="evil.example").status_code == 403


@pytest.mark.parametrize(
    "path", ["/nothing", "/calendar/nobody@contoso.example", "/calendar/", "/calendar/<b>"]
)
def test_what_is_not_there_is_said(server: GraphServer, path: str) -> None:
    assert get(server, path).status_code == 404


@pytest.mark.parametrize("week", ["", "x", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_is_this_week(server: GraphServer, week: str) -> None:
    assert get(server, f"/calendar/{graph.TOM}?week={week}").status_code == 200


def test_what_is_gone_already_cannot_be_deleted_again(server: GraphServer) -> None:
    assert post(server, "delete", "nothing").status_code == 404
    assert post(server, "explode", "nothing").status_code == 404


# --- The week ----------------------------------------------------------------------------------


def laid_out(server: GraphServer, zone: str = "UTC") -> dict[date, list[tuple[float, float]]]:
    week = lay_out(server.store.live(graph.TOM), MONDAY, ZoneInfo(zone), today=MONDAY)
    return {
        day.day: [(block.left, block.width) for block in day.blocks]
        for day in week.days
        if day.blocks
    }


def test_events_at_the_same_time_stand_side_by_side(server: GraphServer) -> None:
    user = server.user(graph.TOM)
    user.adds(NINE, NINE + 2 * HOUR, subject="a")
    user.adds(NINE + HOUR, NINE + 3 * HOUR, subject="b")
    user.adds(NINE + 2 * HOUR, NINE + 3 * HOUR, subject="c")
    user.adds(NINE + 5 * HOUR, NINE + 6 * HOUR, subject="d")

    assert laid_out(server) == {MONDAY: [(0, 50), (50, 50), (0, 50), (0, 100)]}


def test_an_event_over_midnight_is_on_both_days_of_its_zone(server: GraphServer) -> None:
    late = datetime(2026, 11, 23, 13, tzinfo=UTC)
    server.user(graph.TOM).adds(late, late + 3 * HOUR, subject="a")

    assert list(laid_out(server)) == [MONDAY]
    assert list(laid_out(server, "Asia/Tokyo")) == [MONDAY, MONDAY + timedelta(days=1)]


def test_an_event_without_length_and_one_of_a_month_are_shown(server: GraphServer) -> None:
    user = server.user(graph.TOM)
    user.adds(NINE, NINE, subject="a")
    user.adds(NINE - timedelta(days=10), NINE + timedelta(days=20), subject="b")

    assert [len(blocks) for blocks in laid_out(server).values()] == [2, 1, 1, 1, 1, 1, 1]
