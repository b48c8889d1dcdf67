"""Microsoft 365: what the contract suite cannot ask of every service (faults F55 to F60)."""

import logging
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
from doorstep.connectors.calendar.base import (
    Change,
    EventGone,
    Mailbox,
    MailboxRefused,
    Removal,
    WrittenEvent,
)
from doorstep.connectors.calendar.outlook import OutlookCalendar, OutlookMailbox, Settings
from doorstep.connectors.calendar.outlook_events import OUR_PROPERTY
from doorstep.connectors.http import HttpClient
from doorstep.demo.graph import habits
from doorstep.demo.graph.faults import ACCEPT_THEN_504, DROP, ONE_DAY_S, Fault
from doorstep.demo.graph.server import GraphServer
from tests.doubles import graph
from tests.doubles.http import HttpDouble, Reply, Request, json_reply, running
from tests.unit.connectors.calendar.worlds import EVENT, NOW, WINDOW

HOUR = timedelta(hours=1)
LATER = replace(EVENT, sequence=1, title="Moved", starts_at=EVENT.starts_at + HOUR)


@pytest.fixture
def server() -> Iterator[GraphServer]:
    with graph.running() as server:
        yield server


@pytest.fixture
def calendar(server: GraphServer) -> OutlookMailbox:
    return graph.service(server).open(Mailbox(graph.TOM))


def titles(server: GraphServer, calendar: str = "") -> list[str]:
    return [event.fields["subject"] for event in server.store.live(graph.TOM, calendar)]


def asked(server: GraphServer) -> list[str]:
    return [f"{entry.method} {entry.status}" for entry in server.gateway.log.entries]


# --- Settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [
        {"client_secret": ""},
        {"client_secret": "x", "certificate": "y"},
        {"base_url": "http://graph.example/v1.0"},
        {"authority_url": "http://login.example"},
    ],
)
def test_settings_that_cannot_work_are_refused(wanted: dict[str, str]) -> None:
    values = {"tenant_id": "t", "client_id": "c", "client_secret": "s", **wanted}

    with pytest.raises(InvalidSettings):
        OutlookCalendar(Settings(**values))  # type: ignore[arg-type]


def test_accounts_of_one_application_share_its_limit(server: GraphServer) -> None:
    one, same = graph.service(server), graph.service(server, tenant_id="CONTOSO.example")
    other = graph.service(server, client_id="app-2")

    assert one.most_at_once == 4
    assert one.limit_key == same.limit_key
    assert one.limit_key != other.limit_key


def test_secrets_are_not_shown() -> None:
    settings = Settings("t", "c", client_secret="hidden-1", certificate="hidden-2")

    assert "hidden" not in repr(settings)


def test_a_private_address_is_reached_only_if_the_settings_allow_it(server: GraphServer) -> None:
    def mailbox(*, allows: bool) -> OutlookMailbox:
        settings = replace(graph.settings(server), allows_private=allows)
        return OutlookCalendar(settings).open(Mailbox(graph.TOM))

    with pytest.raises(PermanentFailure, match="address_forbidden"):
        mailbox(allows=False).check()
    assert "Calendar" in mailbox(allows=True).check()


# --- Signing in --------------------------------------------------------------------------------


def test_a_token_that_ended_is_replaced_once(server: GraphServer, calendar: OutlookMailbox) -> None:
    calendar.create(EVENT)
    server.sign_in.expire_tokens()

    calendar.update(LATER, calendar.create(EVENT))

    assert server.sign_in.given == 2
    assert titles(server) == ["Moved"]


def test_a_token_that_is_never_taken_pauses_the_account(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    server.gateway.faults.add(Fault(401, "InvalidAuthenticationToken"), times=None)

    with pytest.raises(CredentialsRefused):
        calendar.create(EVENT)

    assert asked(server) == ["POST 401", "POST 401"]


def test_an_application_without_consent_says_which_secret_is_wrong(server: GraphServer) -> None:
    server.sign_in.expired_secrets.add("old")

    with pytest.raises(CredentialsRefused, match="expired"):
        graph.service(server, client_secret="old").open(Mailbox(graph.TOM)).check()


def test_a_certificate_signs_in_as_well(server: GraphServer) -> None:
    pem, public = graph.certificate()
    server.sign_in.certificates.append(public)
    service = graph.service(server, client_secret="", certificate=pem)

    service.open(Mailbox(graph.TOM)).create(EVENT)

    assert titles(server) == [EVENT.title]


def test_a_certificate_the_tenant_does_not_know_is_a_matter_of_the_account(
    server: GraphServer,
) -> None:
    pem, _public = graph.certificate()
    service = graph.service(server, client_secret="", certificate=pem)

    with pytest.raises(CredentialsRefused, match="upload it"):
        service.open(Mailbox(graph.TOM)).check()


def test_a_sign_in_service_that_is_down_makes_the_account_wait() -> None:
    down = Reply(503, headers={"Retry-After": "40"})
    with running(HttpDouble(down)) as double, pytest.raises(TemporaryFailure) as caught:
        fixed(double).check()

    assert (caught.value.retry_after_s, caught.value.is_for_account) == (40, True)


# --- What answers mean -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind", "word"),
    [
        (403, "ErrorAccessDenied", MailboxRefused, "two hours"),
        (403, "Authorization_RequestDenied", MailboxRefused, "RBAC for Applications"),
        (403, "SomethingNew", MailboxRefused, "may not use"),
        (404, "MailboxNotEnabledForRESTAPI", MailboxRefused, "license"),
        (404, "ErrorInvalidUser", MailboxRefused, "address"),
        (404, "Request_ResourceNotFound", MailboxRefused, "address"),
        (404, "SomethingNew", MailboxRefused, "address"),
        (404, "ErrorItemNotFound", EventGone, "not in the mailbox"),
        (400, "ErrorInvalidIdMalformed", EventGone, "not in the mailbox"),
        (400, "ErrorInvalidMailboxItemId", EventGone, "not in the mailbox"),
        (507, "ErrorQuotaExceeded", MailboxRefused, "full"),
        (507, "SomethingNew", MailboxRefused, "full"),
        (400, "TimeZoneNotSupportedException", PermanentFailure, "refused"),
        (400, "ErrorInvalidRequest", PermanentFailure, "refused"),
        (429, "TooManyRequests", TemporaryFailure, "slow down"),
        (503, "ErrorServerBusy", TemporaryFailure, "slow down"),
        (409, "ErrorIrresolvableConflict", TemporaryFailure, "same moment"),
        (412, "ErrorIrresolvableConflict", TemporaryFailure, "same moment"),
        (500, "UnknownError", TemporaryFailure, "could not answer"),
        (502, "BadGateway", TemporaryFailure, "could not answer"),
        (504, "UnknownError", TemporaryFailure, "could not answer"),
        (302, "Moved", TemporaryFailure, "could not answer"),
    ],
)
def test_an_error_is_told_by_its_code(
    server: GraphServer,
    calendar: OutlookMailbox,
    status: int,
    code: str,
    kind: type[ConnectorError],
    word: str,
) -> None:
    written = calendar.create(EVENT)
    server.gateway.faults.add(Fault(status, code), method="PATCH", times=None)

    with pytest.raises(ConnectorError, match=word) as caught:
        calendar.update(LATER, written)

    assert isinstance(caught.value, kind)
    assert code in caught.value.text
    assert "request-id" in caught.value.text


@pytest.mark.parametrize(
    ("trouble", "heals"),
    [
        (habits.NO_LICENSE, False),
        (habits.NO_MAILBOX, False),
        (habits.NO_USER, False),
        (habits.NO_RIGHT, True),
    ],
)
def test_staff_are_told_whether_a_mailbox_can_come_right_by_itself(
    server: GraphServer, calendar: OutlookMailbox, trouble: tuple[int, str, str], heals: bool
) -> None:
    server.calendars.refused[graph.TOM] = trouble

    with pytest.raises(MailboxRefused) as caught:
        calendar.create(EVENT)

    assert caught.value.heals is heals
    assert caught.value.code == trouble[1]


def test_an_inner_code_counts_as_well() -> None:
    inner = {"code": "Wrapped", "innerError": {"code": "MailboxNotEnabledForRESTAPI"}}
    double = TokenDouble(json_reply({"error": inner}, 400))
    with running(double), pytest.raises(MailboxRefused, match="license"):
        fixed(double).check()


@pytest.mark.parametrize(("code", "is_for_account"), [("ApplicationThrottled", True), ("X", False)])
def test_a_throttled_application_is_told_from_a_throttled_mailbox(
    server: GraphServer, calendar: OutlookMailbox, code: str, is_for_account: bool
) -> None:
    server.gateway.faults.add(Fault(429, code, retry_after_s=20))

    with pytest.raises(TemporaryFailure) as caught:
        calendar.create(EVENT)

    assert caught.value.is_for_account is is_for_account
    assert caught.value.retry_after_s == 20


@pytest.mark.parametrize("as_date", [False, True])
def test_a_wait_of_a_day_is_passed_on(
    server: GraphServer, calendar: OutlookMailbox, as_date: bool
) -> None:
    fault = Fault(429, "TooManyRequests", retry_after_s=ONE_DAY_S, as_date=as_date)
    server.gateway.faults.add(fault)

    with pytest.raises(TemporaryFailure) as caught:
        calendar.create(EVENT)

    # A date is rounded up to a second, and a day is the longest wait there is.
    assert caught.value.retry_after_s is not None
    assert ONE_DAY_S - 5 < caught.value.retry_after_s <= ONE_DAY_S


def test_a_throttled_call_may_name_no_time(server: GraphServer, calendar: OutlookMailbox) -> None:
    server.gateway.faults.add(Fault(429, "TooManyRequests"))

    with pytest.raises(TemporaryFailure) as caught:
        calendar.create(EVENT)

    assert caught.value.retry_after_s is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_create_that_failed_half_way_is_unknown_and_says_how_long_to_wait(
    server: GraphServer, calendar: OutlookMailbox, status: int
) -> None:
    server.gateway.faults.add(Fault(status, "UnknownError", is_done=True, retry_after_s=9))

    with pytest.raises(UnknownOutcome) as caught:
        calendar.create(EVENT)

    assert caught.value.retry_after_s == 9
    assert titles(server) == [EVENT.title]


def test_answers_are_logged_by_their_request_id(
    calendar: OutlookMailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "doorstep")

    calendar.create(EVENT)

    assert "request-id" in caplog.text
    assert graph.TOM not in caplog.text


# --- Creating twice ----------------------------------------------------------------------------


def test_the_same_visit_and_generation_have_the_same_transaction(server: GraphServer) -> None:
    """Known by any process, also one that has forgotten everything."""
    for _process in range(2):
        graph.service(server).open(Mailbox(graph.TOM)).create(EVENT)

    (event,) = server.store.live(graph.TOM)
    assert event.transaction_id == "f804e45b-8d9a-56cd-8950-cee1f3e22146"
    assert event.properties == {OUR_PROPERTY: f"{EVENT.reference}/1"}


@pytest.mark.parametrize("names", [True, False])
def test_a_repeated_create_of_what_the_user_deleted_says_that_it_is_gone(
    server: GraphServer, calendar: OutlookMailbox, names: bool
) -> None:
    server.calendars.habits.names_existing_event = names
    server.user(graph.TOM).deletes(calendar.create(EVENT).remote_id)

    with pytest.raises(EventGone):
        calendar.create(LATER)

    assert titles(server) == []


def test_an_old_event_in_the_answer_to_a_create_is_looked_for_in_the_calendar(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.store.events[written.remote_id].created_at -= 2 * HOUR
    server.user(graph.TOM).deletes(written.remote_id)

    with pytest.raises(EventGone):
        calendar.create(EVENT)


@pytest.mark.parametrize(("status", "is_done"), [(409, True), (503, True), (409, False)])
def test_an_event_saved_at_the_same_moment_is_found_or_made_once(
    server: GraphServer, calendar: OutlookMailbox, status: int, is_done: bool
) -> None:
    fault = Fault(status, "ConcurrentItemSave", is_done=is_done)
    server.gateway.faults.add(fault, method="POST")

    written = calendar.create(EVENT)

    assert calendar.read(written) is not None
    assert titles(server) == [EVENT.title]


def test_a_conflict_that_asks_to_wait_is_not_tried_again_at_once(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    fault = Fault(503, "ConcurrentItemSave", is_done=True, retry_after_s=5)
    server.gateway.faults.add(fault, method="POST")

    with pytest.raises(TemporaryFailure) as caught:
        calendar.create(EVENT)

    assert caught.value.retry_after_s == 5
    assert server.gateway.log.violations() == []


# --- What the user does ------------------------------------------------------------------------


def test_a_version_that_is_too_old_is_overcome(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.user(graph.TOM).edits(written.remote_id, categories=["Mine"])
    server.gateway.faults.add(Fault(412, "ErrorIrresolvableConflict"), method="PATCH")

    calendar.update(LATER, written)

    (event,) = server.store.live(graph.TOM)
    assert (event.fields["subject"], event.fields["categories"]) == ("Moved", ["Mine"])


def test_an_update_that_succeeds_in_deleted_items_is_not_believed(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.user(graph.TOM).deletes(written.remote_id)

    with pytest.raises(EventGone):
        calendar.update(LATER, written)

    assert "PATCH 200" in asked(server)


def test_an_event_that_came_back_from_deleted_items_is_known_by_its_id(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    """Ids that change with every move would have lost it."""
    written = calendar.create(EVENT)
    server.user(graph.TOM).deletes(written.remote_id)
    server.user(graph.TOM).restores(written.remote_id)

    calendar.update(LATER, written)

    assert titles(server) == ["Moved"]


def test_an_event_moved_to_another_calendar_is_gone_from_ours(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.user(graph.TOM).moves(written.remote_id, "Visits")

    assert calendar.read(written) is None
    assert calendar.remove(written, reference=EVENT.reference) is Removal.ALREADY_GONE


def test_an_event_we_are_not_the_organizer_of_is_left_alone(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.store.events[written.remote_id].is_organizer = False

    assert calendar.remove(written, reference=EVENT.reference) is Removal.NOT_OURS


def test_a_deletion_that_is_refused_because_it_was_done_is_done(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.gateway.faults.add(Fault(403, "ErrorCannotDeleteObject", is_done=True), method="DELETE")

    assert calendar.remove(written, reference=EVENT.reference) is Removal.ALREADY_GONE


def test_a_deletion_that_is_really_refused_is_told(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.gateway.faults.add(Fault(403, "ErrorCannotDeleteObject"), method="DELETE")

    with pytest.raises(PermanentFailure, match="would not delete"):
        calendar.remove(written, reference=EVENT.reference)


def test_what_colleagues_see_of_a_tentative_or_absent_time_is_taken(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    for number, shown in enumerate(("busy", "oof", "tentative", "free", "workingElsewhere")):
        starts_at = NOW + number * HOUR
        server.user(graph.TOM).adds(starts_at, starts_at + HOUR, subject="x", showAs=shown)

    taken = calendar.busy_times(*WINDOW)

    assert [busy.starts_at for busy in taken] == [NOW, NOW + HOUR, NOW + 2 * HOUR]


def test_a_calendar_too_full_for_one_answer_is_asked_in_parts(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    server.calendars.habits.most_schedule_items = 5
    for number in range(20):
        starts_at = NOW + number * 4 * HOUR
        server.user(graph.TOM).adds(starts_at, starts_at + HOUR, subject="x", showAs="busy")

    assert len(calendar.busy_times(*WINDOW)) == 20


def test_half_a_year_of_busy_times_is_asked_in_parts(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    calendar.create(EVENT)

    assert len(calendar.busy_times(NOW - timedelta(days=90), NOW + timedelta(days=90))) == 1
    assert len([line for line in asked(server) if line == "POST 200"]) == 3


# --- Calendars with a name ---------------------------------------------------------------------


def test_events_go_into_the_calendar_that_is_named(server: GraphServer) -> None:
    calendar = graph.service(server).open(Mailbox(graph.TOM, calendar="Visits"))

    written = calendar.create(EVENT)

    visits = next(c for c in server.store.mailboxes[graph.TOM].calendars if c.name == "Visits")
    assert (titles(server), titles(server, visits.id)) == ([], [EVENT.title])
    assert calendar.read(written) is not None
    assert len(calendar.list_ours(*WINDOW)) == 1
    assert "“Visits”" in calendar.check()


def test_a_calendar_that_is_not_there_is_told_with_those_that_are(server: GraphServer) -> None:
    calendar = graph.service(server).open(Mailbox(graph.TOM, calendar="Tours"))

    with pytest.raises(MailboxRefused, match="There are: Calendar, Visits"):
        calendar.create(EVENT)


def test_a_calendar_deleted_meanwhile_is_a_matter_of_the_mailbox(server: GraphServer) -> None:
    calendar = graph.service(server).open(Mailbox(graph.TOM, calendar="Visits"))
    calendar.create(EVENT)
    server.store.mailboxes[graph.TOM].calendars.pop()

    with pytest.raises(MailboxRefused, match="no calendar"):
        calendar.check()
    with pytest.raises(MailboxRefused, match="no calendar"):
        calendar.list_ours(*WINDOW)
    with pytest.raises(MailboxRefused, match="no calendar"):
        calendar.create(replace(EVENT, reference="b"))


# --- Several at once ---------------------------------------------------------------------------


def test_fifty_writes_are_three_calls(server: GraphServer, calendar: OutlookMailbox) -> None:
    changes = [
        Change(replace(EVENT, reference=str(number), title=f"{number:02}"), None)
        for number in range(50)
    ]

    results = calendar.write_many(changes)

    assert all(isinstance(result, WrittenEvent) for result in results)
    assert sorted(titles(server)) == [f"{number:02}" for number in range(50)]
    assert [e.path for e in server.gateway.log.entries].count("/$batch") == 3


def test_a_throttled_write_of_several_does_not_hold_up_the_others_and_nothing_follows_it(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    calendar.create(EVENT)
    other = replace(EVENT, reference="other")
    # The first was made before and needs a second look, for which there is no time now.
    server.gateway.limits.per_window = 3

    before = len(asked(server))

    results = calendar.write_many([Change(LATER, None), Change(other, None), Change(other, None)])

    assert isinstance(results[0], TemporaryFailure)
    assert isinstance(results[1], WrittenEvent)
    assert isinstance(results[2], TemporaryFailure)
    assert len(asked(server)) == before + 1 + 3


def test_a_wait_asked_for_in_a_second_look_ends_the_other_second_looks(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    first, second = (replace(EVENT, reference=name) for name in ("first", "second"))
    for each in (first, second):
        calendar.create(each)
    server.gateway.faults.add(Fault(429, "TooManyRequests", retry_after_s=9), method="PATCH")
    before = len(asked(server))

    changes = [Change(replace(each, title="Moved"), None) for each in (first, second)]
    results = calendar.write_many(changes)

    assert [isinstance(result, TemporaryFailure) for result in results] == [True, True]
    assert [each for each in asked(server)[before:] if each.startswith("PATCH")] == ["PATCH 429"]


def test_after_a_write_of_several_that_may_be_done_and_asks_to_wait_nothing_follows(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    other = replace(EVENT, reference="other")
    calendar.create(other)
    busy = Fault(503, "ServiceUnavailable", retry_after_s=9)
    server.gateway.faults.add(busy, method="POST", path="/events$")
    before = len(asked(server))

    moved = replace(other, title="Moved")
    results = calendar.write_many([Change(EVENT, None), Change(moved, None)])

    assert isinstance(results[0], UnknownOutcome)
    assert len(asked(server)) == before + 1 + 2
    assert isinstance(results[1], UnknownOutcome)
    assert results[1].retry_after_s == 9


def test_a_batch_that_was_cut_off_is_unknown(server: GraphServer, calendar: OutlookMailbox) -> None:
    server.gateway.faults.add(DROP, path=r"\$batch")

    with pytest.raises(UnknownOutcome):
        calendar.write_many([Change(EVENT, None)])


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_a_whole_batch_is_asked_for_is_one_for_the_application(
    server: GraphServer, calendar: OutlookMailbox, status: int
) -> None:
    server.gateway.faults.add(Fault(status, "Busy", retry_after_s=9), path=r"\$batch")

    with pytest.raises((TemporaryFailure, UnknownOutcome)) as caught:
        calendar.write_many([Change(EVENT, None)])

    error = caught.value
    assert isinstance(error, (TemporaryFailure, UnknownOutcome))
    assert (error.is_for_account, error.retry_after_s) == (True, 9)


def test_a_batch_of_changes_alone_may_simply_be_repeated(
    server: GraphServer, calendar: OutlookMailbox
) -> None:
    written = calendar.create(EVENT)
    server.gateway.faults.add(ACCEPT_THEN_504, path=r"\$batch")

    with pytest.raises(TemporaryFailure):
        calendar.write_many([Change(LATER, written)])

    assert titles(server) == ["Moved"]


def test_a_batch_stays_within_four_at_once(server: GraphServer, calendar: OutlookMailbox) -> None:
    calendar.write_many([Change(replace(EVENT, reference=str(n)), None) for n in range(20)])

    assert server.gateway.log.violations(most_at_once=4) == []
    assert max(entry.in_flight for entry in server.gateway.log.entries) == 4


# --- Whom we trust -----------------------------------------------------------------------------


class TokenDouble(HttpDouble):
    """Gives tokens, and answers everything else with one reply."""

    def __init__(self, then: Reply) -> None:
        super().__init__()
        self.then = then

    def answer(self, request: Request) -> Reply:
        if request.path.endswith("/token"):
            return json_reply({"access_token": "t", "expires_in": 3600})
        return self.then


def fixed(double: HttpDouble) -> OutlookMailbox:
    settings = Settings("t", "c", "s", base_url=f"{double.url}/v1.0", authority_url=double.url)
    client = HttpClient(allow_private=True, read_s=2, total_s=2)
    return OutlookCalendar(settings, client=client).open(Mailbox(graph.TOM))


@pytest.mark.parametrize("link", ["https://evil.example/v1.0/x", 5, "/v1.0/x"])
def test_the_next_page_is_never_another_server(link: object) -> None:
    then = json_reply({"value": [], "@odata.nextLink": link})
    with running(TokenDouble(then)) as double, pytest.raises(TemporaryFailure, match="bad_answer"):
        fixed(double).list_ours(*WINDOW)


@pytest.mark.parametrize(
    "answer",
    [
        {"value": [{"id": "1", "start": {"dateTime": "soon", "timeZone": "UTC"}}]},
        {"value": [{"id": "1", "start": {"dateTime": "2026-11-23T09:00:00", "timeZone": "Mars"}}]},
        {"value": [{"id": 7}]},
        {"value": ["x"]},
        {"value": {}},
        {},
        [],
    ],
)
def test_an_answer_that_makes_no_sense_is_worth_another_try(answer: object) -> None:
    with running(TokenDouble(json_reply(answer))) as double:
        for call in (fixed(double).list_ours, fixed(double).busy_times):
            with pytest.raises(TemporaryFailure, match="bad_answer"):
                call(*WINDOW)


@pytest.mark.parametrize("answer", [{}, {"id": 7}, [], {"responses": [{"id": "0", "status": "x"}]}])
def test_a_create_whose_answer_makes_no_sense_may_have_happened(answer: object) -> None:
    with running(TokenDouble(json_reply(answer, 201))) as double:
        with pytest.raises(ConnectorError) as caught:
            fixed(double).create(EVENT)
        assert isinstance(caught.value, TemporaryFailure | UnknownOutcome)


# --- In the storm ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_with_faults_of_every_kind_there_is_one_event_for_each_visit_in_the_end(
    server: GraphServer, seed: int
) -> None:
    faults = [
        DROP,
        Fault(0, is_done=True),
        ACCEPT_THEN_504,
        Fault(503, "UnknownError"),
        Fault(409, "ConcurrentItemSave", is_done=True),
        Fault(429, "TooManyRequests"),
        Fault(412, "ErrorIrresolvableConflict"),
    ]
    server.gateway.faults.at_random(faults, probability=0.3, seed=seed)
    calendar = graph.service(server).open(Mailbox(graph.TOM))
    visits = [replace(EVENT, reference=f"visit-{number}") for number in range(15)]

    written = [stubbornly(calendar, Change(visit, None)) for visit in visits]
    for visit, each in zip(visits, written, strict=True):
        stubbornly(calendar, Change(replace(visit, title=visit.reference), each))
    server.gateway.faults.clear()

    assert sorted(titles(server)) == sorted(visit.reference for visit in visits)
    assert server.store.doubled() == []


def stubbornly(calendar: OutlookMailbox, change: Change) -> WrittenEvent:
    for _attempt in range(60):
        try:
            if change.written is None:
                return calendar.create(change.event)
            return calendar.update(change.event, change.written)
        except (TemporaryFailure, UnknownOutcome):
            continue
    raise AssertionError("sixty attempts were in vain")
