"""The stand-in for Graph behaves as Graph was seen to, asked by plain HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from doorstep.connectors.microsoft_certificate import ASSERTION_TYPE, read_certificate
from doorstep.demo.graph.server import GraphServer
from tests.doubles import graph

PROPERTY = "String {11111111-2222-3333-4444-555555555555} Name Mark"
NEW = {
    "subject": "Boiler",
    "body": {"contentType": "text", "content": "a < b\nsecond line"},
    "start": {"dateTime": "2026-11-23T11:00:00", "timeZone": "UTC"},
    "end": {"dateTime": "2026-11-23T12:00:00", "timeZone": "UTC"},
    "singleValueExtendedProperties": [{"id": PROPERTY, "value": "Visit-1/1"}],
    "transactionId": "t-1",
}
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
EVENTS = f"/users/{graph.TOM}/events"
DAY = {"startDateTime": "2026-11-23T00:00:00Z", "endDateTime": "2026-11-24T00:00:00Z"}
VIEW = f"/users/{graph.TOM}/calendarView"


class Client:
    """Signed in; `code` is Graph's word for what went wrong."""

    def __init__(self, server: GraphServer) -> None:
        self.server = server
        self.http = httpx.Client(trust_env=False, timeout=10)
        form = {
            "grant_type": "client_credentials",
            "client_id": graph.CLIENT,
            "client_secret": graph.SECRET,
            "scope": f"{server.url}/.default",
        }
        url = f"{server.url}/{graph.TENANT}/oauth2/v2.0/token"
        self.token = self.http.post(url, data=form).json()["access_token"]

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        url = path if path.startswith("http") else self.server.base_url + path
        return self.http.request(method, url, json=json, headers=sent)

    def view(self, **params: str) -> httpx.Response:
        return self.ask("GET", f"{VIEW}?{httpx.QueryParams({**DAY, **params})}", **IMMUTABLE)


@contextmanager
def signed_in(**wanted: Any) -> Iterator[Client]:
    with graph.running(**wanted) as server:
        client = Client(server)
        with closing(client.http):
            yield client


@pytest.fixture
def client() -> Iterator[Client]:
    with signed_in() as client:
        yield client


def code(response: httpx.Response) -> str:
    return f"{response.status_code} {response.json()['error']['code']}"


def test_without_a_good_token_nothing_is_answered(client: Client) -> None:
    client.server.sign_in.expire_tokens()

    assert code(client.ask("GET", EVENTS)) == "401 InvalidAuthenticationToken"


def test_an_event_comes_back_in_exchanges_own_words(client: Client) -> None:
    made = client.ask("POST", EVENTS, NEW)

    event = made.json()
    assert made.status_code == 201
    assert event["start"] == {"dateTime": "2026-11-23T11:00:00.0000000", "timeZone": "UTC"}
    assert event["body"]["contentType"] == "html"
    assert "a &lt; b<br>" in event["body"]["content"]
    assert event["@odata.etag"].startswith('W/"')
    assert event["isOrganizer"] is True


def test_local_times_and_zones_become_instants(client: Client) -> None:
    start = {"dateTime": "2026-11-23T11:00:00", "timeZone": "W. Europe Standard Time"}
    made = client.ask("POST", EVENTS, {**NEW, "start": start}).json()

    wish = {"Prefer": 'outlook.timezone="America/New_York"'}
    seen = client.ask("GET", f"{EVENTS}/{made['id']}", **wish).json()

    assert made["start"]["dateTime"] == "2026-11-23T10:00:00.0000000"
    assert seen["start"] == {
        "dateTime": "2026-11-23T05:00:00.0000000",
        "timeZone": "America/New_York",
    }


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"start": {"dateTime": "2026-11-23T11:00:00", "timeZone": "Mars"}}, "TimeZoneNot"),
        ({"start": {"dateTime": "2026-11-23T11:00:00Z", "timeZone": "UTC"}}, "ErrorPropertyVal"),
        ({"start": {"dateTime": "2026-11-23T13:00:00", "timeZone": "UTC"}}, "ErrorPropertyVal"),
        ({"title": "x"}, "RequestBodyRead"),
        ({"showAs": "away"}, "RequestBodyRead"),
        ({"isReminderOn": "yes"}, "RequestBodyRead"),
        ({"subject": "x" * 256}, "ErrorInvalidRequest"),
        ({"singleValueExtendedProperties": [{"id": "Mark", "value": "1"}]}, "ErrorInvalidProp"),
    ],
)
def test_what_exchange_does_not_take_is_refused(
    client: Client, wrong: dict[str, Any], expected: str
) -> None:
    assert code(client.ask("POST", EVENTS, {**NEW, **wrong})).startswith(f"400 {expected}")


def test_a_signed_statement_is_taken_once_and_only_from_a_known_certificate(
    client: Client,
) -> None:
    pem, public = graph.certificate()
    url = f"{client.server.url}/{graph.TENANT}/oauth2/v2.0/token"
    signed = read_certificate(pem).sign(client_id=graph.CLIENT, audience=url, now=datetime.now(UTC))
    form = {
        "grant_type": "client_credentials",
        "client_id": graph.CLIENT,
        "scope": f"{client.server.url}/.default",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed,
    }

    unknown = client.http.post(url, data=form)
    client.server.sign_in.certificates.append(public)
    first, again = client.http.post(url, data=form), client.http.post(url, data=form)

    assert [each.status_code for each in (unknown, first, again)] == [401, 200, 401]
    assert again.json()["error_codes"] == [700027]


# --- Transactions ------------------------------------------------------------------------------


def test_the_same_post_makes_one_event(client: Client) -> None:
    first, again = (client.ask("POST", EVENTS, NEW) for _ in range(2))

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert len(client.view().json()["value"]) == 1


@pytest.mark.parametrize(("status", "names"), [(400, False), (409, True)])
def test_a_transaction_used_for_something_else_is_refused(
    client: Client, status: int, names: bool
) -> None:
    habits = client.server.calendars.habits
    habits.duplicate_status, habits.names_existing_event = status, names
    first = client.ask("POST", EVENTS, NEW).json()

    refused = client.ask("POST", EVENTS, {**NEW, "subject": "Other"})

    assert code(refused) == f"{status} ErrorDuplicateTransactionId"
    named = refused.json()["error"].get("@event.existingEventId")
    assert named == (first["id"] if names else None)


def test_a_transaction_cannot_be_changed_later(client: Client) -> None:
    made = client.ask("POST", EVENTS, NEW).json()

    refused = client.ask("PATCH", f"{EVENTS}/{made['id']}", {"transactionId": "t-2"})

    assert code(refused) == "400 ErrorInvalidPropertySet"


# --- Ids and versions --------------------------------------------------------------------------


def test_ids_change_with_a_move_unless_immutable_ones_are_wished_for(client: Client) -> None:
    changing = client.ask("POST", EVENTS, NEW).json()["id"]
    staying = client.view().json()["value"][0]["id"]
    client.server.user(graph.TOM).deletes(staying)

    assert changing != staying
    assert code(client.ask("GET", f"{EVENTS}/{changing}")) == "404 ErrorItemNotFound"
    seen = client.ask("GET", f"{EVENTS}/{staying}", **IMMUTABLE)
    changed = client.ask("PATCH", f"{EVENTS}/{staying}", {"subject": "x"}, **IMMUTABLE)
    assert (seen.status_code, changed.status_code) == (200, 200)
    assert client.view().json()["value"] == []


def test_ids_are_compared_with_their_case(client: Client) -> None:
    made = client.ask("POST", EVENTS, NEW).json()["id"]

    assert code(client.ask("GET", f"{EVENTS}/{made.swapcase()}")) == "404 ErrorItemNotFound"


def test_a_second_deletion_is_refused_and_after_emptying_the_bin_not_found(client: Client) -> None:
    path = f"{EVENTS}/{client.ask('POST', EVENTS, NEW, **IMMUTABLE).json()['id']}"

    first = client.ask("DELETE", path, **IMMUTABLE)
    second = client.ask("DELETE", path, **IMMUTABLE)
    client.server.user(graph.TOM).empties_the_bin()
    third = client.ask("DELETE", path, **IMMUTABLE)

    assert (first.status_code, first.content) == (204, b"")
    assert code(second) == "403 ErrorCannotDeleteObject"
    assert code(third) == "404 ErrorItemNotFound"


def test_canceling_answers_nothing_and_takes_the_event_away(client: Client) -> None:
    made = client.ask("POST", EVENTS, NEW).json()["id"]

    canceled = client.ask("POST", f"{EVENTS}/{made}/cancel", {"comment": "x"})

    assert (canceled.status_code, canceled.content) == (202, b"")
    assert client.view().json()["value"] == []


def test_a_version_that_is_too_old_is_refused(client: Client) -> None:
    made = client.ask("POST", EVENTS, NEW).json()
    path, old = f"{EVENTS}/{made['id']}", {"If-Match": made["@odata.etag"]}

    first = client.ask("PATCH", path, {"subject": "b"}, **old)
    second = client.ask("PATCH", path, {"subject": "c"}, **old)

    assert first.status_code == 200
    assert code(second) == "412 ErrorIrresolvableConflict"


# --- Questions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("Mark", "Visit-1/1", 1),
        ("Mark", "VISIT-1/1", 1),
        ("mark", "Visit-1/1", 0),
        ("Mark", "2", 0),
    ],
)
def test_an_event_is_found_by_its_property(
    client: Client, name: str, value: str, found: int
) -> None:
    client.ask("POST", EVENTS, NEW)
    wanted = PROPERTY.replace("Mark", name)
    condition = (
        f"singleValueExtendedProperties/Any(ep: ep/id eq '{wanted}' and ep/value eq '{value}')"
    )

    answer = client.ask("GET", f"{EVENTS}?{httpx.QueryParams({'$filter': condition})}")

    assert len(answer.json()["value"]) == found


def test_properties_are_shown_only_where_they_are_asked_for(client: Client) -> None:
    client.ask("POST", EVENTS, NEW)
    expand = f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')"

    (plain,) = client.view().json()["value"]
    (asked,) = client.view(**{"$expand": expand, "$select": "subject"}).json()["value"]

    assert "singleValueExtendedProperties" not in plain
    assert asked["singleValueExtendedProperties"] == [{"id": PROPERTY, "value": "Visit-1/1"}]
    assert set(asked) == {"@odata.etag", "id", "subject", "singleValueExtendedProperties"}


def test_a_long_list_comes_in_pages(client: Client) -> None:
    for number in range(25):
        client.ask("POST", EVENTS, {**NEW, "transactionId": str(number)})

    sizes, page = [], client.view().json()
    while "@odata.nextLink" in page:
        sizes.append(len(page["value"]))
        page = client.ask("GET", page["@odata.nextLink"]).json()

    assert [*sizes, len(page["value"])] == [10, 10, 5]


def test_the_schedule_of_somebody_tells_no_private_titles(client: Client) -> None:
    client.ask("POST", EVENTS, {**NEW, "sensitivity": "private"})
    body = {
        "schedules": [graph.TOM, "nobody@contoso.example"],
        "startTime": {"dateTime": "2026-11-23T00:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-11-24T00:00:00", "timeZone": "UTC"},
    }

    answer = client.ask("POST", f"/users/{graph.TOM}/calendar/getSchedule", body)

    tom, nobody = answer.json()["value"]
    (item,) = tom["scheduleItems"]
    assert (item["status"], "subject" in item) == ("busy", False)
    assert nobody["error"]["responseCode"] == "ErrorMailRecipientNotFound"


# --- Limits ------------------------------------------------------------------------------------


def test_the_fifth_call_at_once_is_refused_whatever_the_mailbox(client: Client) -> None:
    client.server.store.add_mailbox("eva@contoso.example")
    client.server.gateway.takes_s = 2
    paths = [EVENTS, EVENTS.replace("tom", "eva")] * 3

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda path: client.ask("GET", path), paths))

    refused = [answer for answer in answers if answer.status_code == 429]
    assert {code(answer) for answer in refused} == {"429 ApplicationThrottled"}
    assert refused[0].headers["retry-after"] == "1"
    assert 1 <= len(refused) <= 2


def test_so_many_calls_in_ten_minutes_count_for_each_mailbox(client: Client) -> None:
    client.server.store.add_mailbox("eva@contoso.example")
    client.server.gateway.limits.per_window = 3

    answers = [client.ask("GET", EVENTS) for _ in range(4)]
    other = client.ask("GET", EVENTS.replace("tom", "eva"))

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 590 <= int(answers[3].headers["retry-after"]) <= 600
    assert other.status_code == 200


# --- Batches -----------------------------------------------------------------------------------


def item(number: int, **more: Any) -> dict[str, Any]:
    post = {
        "id": str(number),
        "method": "POST",
        "url": EVENTS,
        "headers": {"Content-Type": "application/json"},
        "body": {**NEW, "transactionId": str(number)},
    }
    return {**post, **more}


def batch(client: Client, *items: dict[str, Any]) -> httpx.Response:
    return client.ask("POST", "/$batch", {"requests": list(items)})


def statuses(client: Client, *items: dict[str, Any]) -> list[int]:
    answers = {each["id"]: each["status"] for each in batch(client, *items).json()["responses"]}
    return [answers[each["id"]] for each in items]


def test_a_batch_answers_each_call(client: Client) -> None:
    unknown = item(2, url=EVENTS.replace("tom", "nobody"))

    assert statuses(client, item(1), unknown, item(3)) == [201, 404, 201]


@pytest.mark.parametrize(
    "items", [[item(1), item(1)], [item(n) for n in range(21)], [], [item(1, id="")]]
)
def test_a_batch_that_breaks_the_rules_is_refused_as_a_whole(
    client: Client, items: list[dict[str, Any]]
) -> None:
    assert batch(client, *items).status_code == 400
    assert client.view().json()["value"] == []


def test_a_call_of_a_batch_needs_its_own_content_type(client: Client) -> None:
    assert statuses(client, item(1, headers={})) == [400]


def test_what_depends_on_a_failure_is_not_done(client: Client) -> None:
    failing = item(1, body={})

    assert statuses(client, failing, item(2, dependsOn=["1"]), item(3)) == [400, 424, 201]


# --- Keeping -----------------------------------------------------------------------------------


def test_calendars_are_still_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "calendars.json"
    with signed_in(path=path) as client:
        made = client.ask("POST", EVENTS, NEW, **IMMUTABLE).json()
        client.server.user(graph.TOM).drags(made["id"], by=timedelta(hours=1))

    with signed_in(path=path) as client:
        seen = client.ask("GET", f"{EVENTS}/{made['id']}", **IMMUTABLE).json()
        again = client.ask("POST", EVENTS, NEW, **IMMUTABLE).json()

    assert seen["start"]["dateTime"] == "2026-11-23T12:00:00.0000000"
    assert again["id"] == made["id"]


def test_who_is_asked_for_has_a_mailbox_in_the_demo() -> None:
    with signed_in(welcomes_everybody=True) as client:
        welcome = client.ask("GET", "/users/New.Person@contoso.example/calendar")
        nonsense = client.ask("GET", "/users/nobody/calendar")

    assert welcome.json()["owner"]["name"] == "New Person"
    assert code(nonsense) == "404 ErrorInvalidUser"
