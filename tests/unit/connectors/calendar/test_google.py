"""What is Google's own; what every service must do is in test_contract.py."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.calendar.base import EventGone, Mailbox, MailboxRefused, Removal
from doorstep.connectors.calendar.google import GoogleCalendar, Settings
from doorstep.connectors.calendar.google_events import event_id
from doorstep.connectors.calendar.google_mailbox import GoogleMailbox
from doorstep.connectors.http import HttpClient
from doorstep.demo.graph.faults import ACCEPT_THEN_504, GARBAGE, Fault
from tests.doubles.google import ID, ROOT, ZOE, Calendar, GoogleDouble, google_error
from tests.doubles.google_sign_in import key_file
from tests.doubles.http import json_reply, running
from tests.unit.connectors.calendar.worlds import EVENT, NOW, WINDOW

ADAM = "adam@acme.example"
HOUR = timedelta(hours=1)
LATER = replace(EVENT, title="Moved", starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR)


@pytest.fixture
def double() -> Iterator[GoogleDouble]:
    with running(GoogleDouble(ZOE, ADAM)) as double:
        yield double


def service(double: GoogleDouble) -> GoogleCalendar:
    settings = Settings(key=key_file(double.url), base_url=double.url + ROOT, allows_private=True)
    return GoogleCalendar(settings)


def calendar(double: GoogleDouble, name: str = "") -> GoogleMailbox:
    return service(double).open(Mailbox(ZOE, name))


def failure(double: GoogleDouble, reply: object) -> ConnectorError:
    """The error of a look at the calendar when Google answers this, after a sign-in."""
    found = calendar(double)
    found.check()
    double.reply = reply  # type: ignore[assignment]
    with pytest.raises(ConnectorError) as caught:
        found.list_ours(*WINDOW)
    return caught.value


@pytest.mark.parametrize("reference", ["", "7d0c5f3e", "Größe/?#", "x" * 500])
def test_an_id_keeps_googles_rules_and_is_the_same_each_time(reference: str) -> None:
    ids = {event_id(reference, generation) for generation in (1, 1, 2)}

    assert len(ids) == 2
    assert all(ID.fullmatch(each) for each in ids)


def test_nobody_is_written_to(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    found.create(LATER)
    found.update(LATER, written)
    found.remove(written, reference=EVENT.reference)

    writes = [each for each in double.requests if "/events" in each.path and each.method != "GET"]
    assert {each.method for each in writes} == {"POST", "PATCH", "DELETE"}
    assert all("sendUpdates=none" in each.path for each in writes)
    assert not any(b"attendees" in each.body for each in writes)


def test_a_create_that_was_done_before_a_504_is_of_unknown_outcome(double: GoogleDouble) -> None:
    double.script.add(ACCEPT_THEN_504, method="POST", path="/events")
    with pytest.raises(UnknownOutcome):
        calendar(double).create(EVENT)

    calendar(double).create(LATER)

    (event,) = double.calendars[ZOE].events.values()
    assert event["summary"] == "Moved"


def test_the_id_of_a_deleted_event_is_not_used_again(double: GoogleDouble) -> None:
    found = calendar(double)
    double.user_deletes(found.create(EVENT).remote_id)

    with pytest.raises(EventGone):
        found.create(EVENT)

    new = found.create(replace(EVENT, generation=2))
    assert found.read(new) is not None


def test_a_user_who_was_faster_keeps_what_is_theirs(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    double.user_changes(written.remote_id, colorId="9", summary="Lunch")

    renewed = found.update(LATER, written)

    event = double.calendars[ZOE].events[written.remote_id]
    assert (event["colorId"], event["summary"]) == ("9", "Moved")
    assert renewed.etag == event["etag"]
    assert "if-match" in double.requests[-1].headers


def test_an_event_that_changes_all_the_time_is_left_for_later(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    double.script.add(Fault(412, "conditionNotMet"), method="PATCH", times=None)

    with pytest.raises(TemporaryFailure):
        found.update(LATER, written)


def test_an_event_made_all_day_gets_its_time_back(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    day = {"date": "2026-11-24"}
    double.user_changes(written.remote_id, start=day, end={"date": "2026-11-25"})
    assert [each.reference for each in found.list_ours(*WINDOW)] == [EVENT.reference]

    found.update(LATER, written)

    read = found.read(written)
    assert read is not None
    assert read.starts_at == LATER.starts_at


def test_a_copy_its_user_made_is_not_ours(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    event = double.calendars[ZOE].events[written.remote_id]
    double.calendars[ZOE].events["c0py1"] = {**event, "id": "c0py1"}

    listed = {each.written.remote_id: each.is_ours for each in found.list_ours(*WINDOW)}
    copy = replace(written, remote_id="c0py1")

    assert listed == {written.remote_id: True, "c0py1": False}
    assert found.remove(copy, reference=EVENT.reference) is Removal.NOT_OURS


def test_exceptions_of_a_repeated_event_are_left_out(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    double.user_changes(written.remote_id, recurrence=["RRULE:FREQ=DAILY"])
    event = double.calendars[ZOE].events[written.remote_id]
    instance = {**event, "id": "inst1", "recurringEventId": written.remote_id}
    double.calendars[ZOE].events["inst1"] = instance

    assert len(found.list_ours(*WINDOW)) == 1


def test_an_event_deleted_while_we_remove_it_is_already_gone(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    double.script.add(Fault(410, "deleted"), method="DELETE")

    assert found.remove(written, reference=EVENT.reference) is Removal.ALREADY_GONE


def test_a_page_of_the_network_in_between_removes_nothing(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    double.script.add(GARBAGE, method="DELETE")

    with pytest.raises(TemporaryFailure):
        found.remove(written, reference=EVENT.reference)

    assert found.remove(written, reference=EVENT.reference) is Removal.REMOVED


def test_a_list_that_does_not_end_is_given_up(double: GoogleDouble) -> None:
    error = failure(double, json_reply({"items": [], "nextPageToken": "1"}))

    assert isinstance(error, TemporaryFailure)


def test_a_refused_token_is_renewed_once(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    double.expire_tokens()

    assert found.read(written) is not None
    assert len(double.sign_in.asked) == 2


# --- Whose calendar --------------------------------------------------------------------------


def test_a_calendar_somebody_shared_can_be_written(double: GoogleDouble) -> None:
    double.calendars["team"] = Calendar(ADAM, "Team", roles={ZOE: "writer"})

    found = calendar(double, "team")

    assert "“Team”" in found.check()
    found.create(EVENT)
    assert len(double.calendars["team"].events) == 1


def test_a_calendar_that_may_only_be_read_is_refused_with_what_to_do(double: GoogleDouble) -> None:
    double.calendars["team"] = Calendar(ADAM, "Team", roles={ZOE: "reader"})
    found = calendar(double, "team")

    for call in (found.check, lambda: found.create(EVENT)):
        with pytest.raises(MailboxRefused, match="Make changes to events"):
            call()


def test_a_calendar_that_is_not_there_is_refused(double: GoogleDouble) -> None:
    found = calendar(double, "nowhere@group.calendar.google.com")

    for call in (found.check, lambda: found.create(EVENT), lambda: found.busy_times(*WINDOW)):
        with pytest.raises(MailboxRefused, match="calendar id"):
            call()


def test_events_of_a_calendar_that_is_shared_no_more_are_not_called_gone(
    double: GoogleDouble,
) -> None:
    team = double.calendars["team"] = Calendar(ADAM, "Team", roles={ZOE: "writer"})
    found = calendar(double, "team")
    written = found.create(EVENT)
    team.roles.clear()

    for call in (
        lambda: found.read(written),
        lambda: found.update(LATER, written),
        lambda: found.remove(written, reference=EVENT.reference),
    ):
        with pytest.raises(MailboxRefused):
            call()


def test_an_event_moved_to_another_calendar_is_gone(double: GoogleDouble) -> None:
    found = calendar(double)
    written = found.create(EVENT)
    double.calendars[ZOE].events.clear()

    assert found.read(written) is None
    assert found.remove(written, reference=EVENT.reference) is Removal.ALREADY_GONE


def test_a_user_without_google_calendar_is_refused(double: GoogleDouble) -> None:
    double.no_calendar.add(ZOE)

    with pytest.raises(MailboxRefused, match="Switch it on"):
        calendar(double).check()


def test_busy_times_are_of_the_main_calendar_too(double: GoogleDouble) -> None:
    double.calendars["visits"] = Calendar(ZOE, "Visits")
    found = calendar(double, "visits")
    found.create(EVENT)
    double.user_adds(ZOE, NOW + 6 * HOUR, NOW + 7 * HOUR)

    assert {each.starts_at for each in found.busy_times(*WINDOW)} == {
        EVENT.starts_at,
        NOW + 6 * HOUR,
    }


def test_busy_times_of_months_are_asked_in_pieces(double: GoogleDouble) -> None:
    double.user_adds(ZOE, NOW + timedelta(days=70), NOW + timedelta(days=70, hours=1))

    assert len(calendar(double).busy_times(NOW, NOW + timedelta(days=100))) == 1


# --- Refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize("is_newer", [False, True])
@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("reason", "is_for_account", "wait_s"),
    [
        ("rateLimitExceeded", False, None),
        ("userRateLimitExceeded", False, None),
        ("quotaExceeded", False, 3600),
        ("calendarUsageLimitsExceeded", False, 3600),
        ("dailyLimitExceeded", True, 3600),
    ],
)
def test_limits_are_known_by_their_reason(
    double: GoogleDouble,
    reason: str,
    is_for_account: bool,
    wait_s: float | None,
    status: int,
    is_newer: bool,
) -> None:
    reply = google_error(status, reason, domain="usageLimits", is_newer=is_newer)

    error = failure(double, reply)

    assert type(error) is TemporaryFailure
    assert (error.code, error.is_for_account) == (reason, is_for_account)
    assert error.retry_after_s == wait_s


def test_the_limit_of_the_project_holds_up_the_whole_account(double: GoogleDouble) -> None:
    found = calendar(double)
    found.check()
    double.most_per_minute["project"] = 1

    with pytest.raises(TemporaryFailure) as caught:
        found.check()

    assert caught.value.is_for_account


def test_the_limit_of_a_user_holds_up_that_user(double: GoogleDouble) -> None:
    account = service(double)
    double.most_per_minute["user"] = 1
    account.open(Mailbox(ZOE)).check()

    with pytest.raises(TemporaryFailure) as caught:
        account.open(Mailbox(ZOE)).check()

    assert not caught.value.is_for_account
    assert account.open(Mailbox(ADAM)).check()


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "invalid", PermanentFailure),
        (401, "authError", CredentialsRefused),
        (403, "forbidden", MailboxRefused),
        (403, "requiredAccessLevel", MailboxRefused),
        (403, "notACalendarUser", MailboxRefused),
        (403, "somethingNew", MailboxRefused),
        (403, "forbiddenForNonOrganizer", PermanentFailure),
        (403, "accessNotConfigured", CredentialsRefused),
        (403, "SERVICE_DISABLED", CredentialsRefused),
        (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", CredentialsRefused),
        (404, "notFound", MailboxRefused),
        (409, "conflict", TemporaryFailure),
        (500, "backendError", TemporaryFailure),
        (302, "moved", TemporaryFailure),
    ],
)
def test_every_other_refusal_is_of_its_kind(
    double: GoogleDouble, status: int, reason: str, kind: type[ConnectorError]
) -> None:
    error = failure(double, google_error(status, reason))

    assert type(error) is kind
    assert error.text.endswith((".", ")"))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "no"}', b'{"error": {"errors": 1}}'])
def test_an_error_of_no_known_shape_is_read_by_its_status(
    double: GoogleDouble, body: bytes
) -> None:
    reply = google_error(403, "x")

    error = failure(double, replace(reply, body=body))

    assert isinstance(error, MailboxRefused)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"items": 1},
        {"items": [{"id": 5}]},
        {"items": [{"id": "a", "start": {"dateTime": "soon"}}]},
        {"items": [], "nextPageToken": 7},
    ],
)
def test_an_answer_that_makes_no_sense_is_worth_another_try(
    double: GoogleDouble, answer: object
) -> None:
    assert isinstance(failure(double, json_reply(answer)), TemporaryFailure)


# --- The account -----------------------------------------------------------------------------


def test_accounts_of_one_project_share_its_limit(double: GoogleDouble) -> None:
    other = GoogleCalendar(Settings(key=key_file(double.url, client_email="b@x.example")))

    assert other.limit_key == service(double).limit_key
    assert other.most_at_once == 10


def test_the_key_goes_nowhere_without_tls() -> None:
    with pytest.raises(InvalidSettings, match="https"):
        Settings(key=key_file("https://x.example"), base_url="http://gateway.example/calendar/v3")


def test_private_addresses_are_closed_unless_allowed(double: GoogleDouble) -> None:
    settings = Settings(key=key_file(double.url), base_url=double.url + ROOT)

    with pytest.raises(PermanentFailure):
        GoogleCalendar(settings, client=HttpClient()).open(Mailbox(ZOE)).check()
