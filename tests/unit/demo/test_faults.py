"""The script of a stand-in's faults, and the log that is the oracle of every test with one."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from doorstep.demo.graph.faults import (
    ACCEPT_THEN_DROP,
    DROP,
    Fault,
    FaultScript,
    LoggedRequest,
    RequestLog,
)

NOW = datetime(2026, 11, 23, 9, 0, 0, 400_000, tzinfo=UTC)
BUSY = Fault(503)


def test_a_rule_concerns_what_fits_it_and_only_so_often() -> None:
    script = FaultScript()
    script.add(BUSY, method="POST|PATCH", path="/events", mailbox="Tom@x.example", times=2)

    asked = [
        script.next_for("GET", "/users/t/events", "tom@x.example"),
        script.next_for("POST", "/users/t/calendars", "tom@x.example"),
        script.next_for("POST", "/users/t/events", "eva@x.example"),
        script.next_for("POST", "/users/t/events", "tom@x.example"),
        script.next_for("PATCH", "/users/t/events/1", "tom@x.example"),
        script.next_for("POST", "/users/t/events", "tom@x.example"),
    ]

    assert asked == [None, None, None, BUSY, BUSY, None]


def test_the_oldest_rule_that_fits_goes_first() -> None:
    script = FaultScript()
    script.add(DROP)
    script.add(BUSY, times=None)

    assert [script.next_for("GET", "/", "") for _ in range(3)] == [DROP, BUSY, BUSY]


def test_chance_is_the_same_for_the_same_seed_and_can_be_switched_off() -> None:
    def drawn(seed: int) -> list[Fault | None]:
        script = FaultScript()
        script.at_random([DROP, ACCEPT_THEN_DROP], probability=0.3, seed=seed)
        found = [script.next_for("GET", "/", "") for _ in range(300)]
        script.clear()
        assert script.next_for("GET", "/", "") is None
        return found

    assert drawn(1) == drawn(1) != drawn(2)
    assert 50 < 300 - drawn(1).count(None) < 130


@pytest.mark.parametrize(("as_date", "least"), [(False, 7), (True, 7)])
def test_a_wait_is_told_as_seconds_or_as_a_date_that_is_not_too_early(
    as_date: bool, least: float
) -> None:
    told = Fault(429, retry_after_s=7, as_date=as_date).retry_after(NOW)

    assert told is not None
    if as_date:
        assert least <= (parsedate_to_datetime(told) - NOW).total_seconds() < least + 1
    else:
        assert told == "7"


# --- The oracle --------------------------------------------------------------------------------


def logged(arrived_at: float, mailbox: str = "tom", **more: object) -> LoggedRequest:
    entry = LoggedRequest("GET", "/x", mailbox, arrived_at, 1, 1, answered_at=arrived_at)
    for name, value in more.items():
        setattr(entry, name, value)
    return entry


def violations(*entries: LoggedRequest) -> int:
    log = RequestLog()
    log.entries.extend(entries)
    return len(log.violations())


def test_the_log_counts_what_is_under_way() -> None:
    log = RequestLog()
    first = log.arrived("GET", "/a")
    batch = log.arrived("POST", "/b", weight=3)
    log.answered(first, 200)
    last = log.arrived("GET", "/c")

    assert (first.in_flight, batch.in_flight, last.in_flight) == (1, 4, 4)
    assert log.violations() == []


def test_a_fifth_at_once_is_a_violation() -> None:
    assert violations(logged(0, in_flight=4), logged(0, in_flight=5)) == 1


@pytest.mark.parametrize(
    ("after_s", "mailbox", "is_for_account", "expected"),
    [
        (3.0, "tom", False, 1),
        (3.0, "TOM2", False, 0),
        (3.0, "eva", True, 1),
        (0.05, "tom", False, 0),
        (5.01, "tom", False, 0),
    ],
    ids=["inside", "another mailbox", "the whole account", "on its way already", "after it"],
)
def test_a_call_inside_a_wait_is_a_violation(
    after_s: float, mailbox: str, is_for_account: bool, expected: int
) -> None:
    wait = logged(10, retry_after_s=5.0, is_for_account=is_for_account)

    assert violations(wait, logged(10 + after_s, mailbox)) == expected


@pytest.mark.parametrize("is_for_account", [True, False], ids=["by its code", "a whole batch"])
def test_a_wait_that_died_with_who_was_told_of_it_binds_nobody_else(is_for_account: bool) -> None:
    log = RequestLog()
    mailbox = "tom" if is_for_account else ""
    told = logged(10, mailbox, retry_after_s=5.0, is_for_account=is_for_account)
    log.entries.extend([logged(9, retry_after_s=9.0, mailbox="eva"), told, logged(12, mailbox)])

    assert len(log.violations()) == 1
    assert log.violations(untold=[10.01]) == []
    assert len(log.violations(untold=[9.9])) == 1
