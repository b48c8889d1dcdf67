"""What is CalDAV's own, with a real Radicale; what every service must do is in test_contract.py."""

import re
from collections.abc import Callable, Iterator
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
from doorstep.connectors.calendar.base import EventGone, Mailbox, MailboxRefused, WrittenEvent
from doorstep.connectors.calendar.caldav import CaldavCalendar, Settings
from doorstep.connectors.calendar.caldav_mailbox import CaldavMailbox
from doorstep.connectors.http import HttpClient
from doorstep.demo.graph.faults import ACCEPT_THEN_504, Fault
from tests.doubles.caldav import dav_error, without_header
from tests.doubles.http import Reply, Request
from tests.unit.connectors.calendar.caldav_world import PASSWORD, CaldavWorld
from tests.unit.connectors.calendar.worlds import EVENT, NOW, WINDOW

HOUR = timedelta(hours=1)
LATER = replace(
    EVENT,
    sequence=1,
    title="Moved",
    starts_at=EVENT.starts_at + 4 * HOUR,
    ends_at=EVENT.ends_at + 4 * HOUR,
)


@pytest.fixture
def world() -> Iterator[CaldavWorld]:
    world = CaldavWorld()
    with world.running():
        yield world


def opened(world: CaldavWorld, mailbox: Mailbox | None = None) -> CaldavMailbox:
    service = world.service()
    assert isinstance(service, CaldavCalendar)
    return service.open(mailbox or world.mailbox)


def content(world: CaldavWorld) -> str:
    """The only event there is, as it lies on the server's disk."""
    (path,) = world.files()
    return str(path.read_bytes().decode())


def answering(world: CaldavWorld, method: str, reply: Reply) -> None:
    """From now on every request of this method is answered so."""
    world.proxy.before = lambda request: reply if request.method == method else None


# --- What is written -------------------------------------------------------------------------


def test_what_is_stored_invites_nobody_and_has_no_method(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)
    calendar.update(LATER, written)

    sent = [each.body.decode() for each in world.proxy.requests if each.method == "PUT"]
    assert len(sent) == 2
    for text in (*sent, content(world)):
        names = set(re.findall(r"^([A-Z-]+)[;:]", text, re.MULTILINE))
        assert not names & {"METHOD", "ATTENDEE", "ORGANIZER"}
        assert {"UID", "SEQUENCE", "DTSTAMP", "TRANSP", "STATUS", "PRIORITY", "GEO"} <= names
        assert {"URL", "CLASS", "TRIGGER"} <= names


def test_ids_are_made_of_reference_generation_and_domain(world: CaldavWorld) -> None:
    settings = Settings(
        base_url=world.proxy.url,
        user=world.user,
        password=PASSWORD,
        uid_domain="acme.example",
        allows_private=True,
    )
    CaldavCalendar(settings).open(world.mailbox).create(EVENT)

    assert f"UID:{EVENT.reference}-1@acme.example" in content(world).replace("\r\n ", "")


def test_events_stay_ours_when_the_domain_is_another_one_later(world: CaldavWorld) -> None:
    settings = Settings(
        base_url=world.proxy.url,
        user=world.user,
        password=PASSWORD,
        uid_domain="acme.example",
        allows_private=True,
    )
    written = opened(world).create(EVENT)
    later = CaldavCalendar(settings).open(world.mailbox)

    later.update(LATER, written)

    assert [each.is_ours for each in later.list_ours(*WINDOW)] == [True]
    assert later.remove(written, reference=EVENT.reference).value == "removed"


def test_our_version_is_always_the_newer_one(world: CaldavWorld) -> None:
    """Radicale takes an older SEQUENCE without complaint; people's programs would not show it."""
    calendar = opened(world)
    written = calendar.create(EVENT)
    for _number in range(3):
        world.user_renames(written, "Lunch")

    calendar.update(LATER, written)

    assert "SEQUENCE:4" in content(world)


# --- Conflicts -------------------------------------------------------------------------------


def test_a_user_who_is_faster_keeps_what_is_theirs(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)

    def interfere(request: Request) -> None:
        if request.method == "PUT":
            world.proxy.before = lambda _request: None
            world.user_decorates(written)

    world.proxy.before = interfere
    renewed = calendar.update(LATER, written)

    assert world.is_decorated()
    assert [event.title for event in world.events()] == ["Moved"]
    assert renewed.etag


def test_a_user_who_deletes_while_we_write_wins(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)

    def interfere(request: Request) -> None:
        if request.method == "PUT":
            world.proxy.before = lambda _request: None
            world.user_deletes(written)

    world.proxy.before = interfere
    with pytest.raises(EventGone):
        calendar.update(LATER, written)

    assert world.events() == []


def test_what_the_user_added_survives_every_later_update(world: CaldavWorld) -> None:
    """The version we wrote last has their fields in it; knowing it is no reason not to look."""
    calendar = opened(world)
    written = calendar.create(EVENT)
    world.user_decorates(written)

    written = calendar.update(LATER, written)
    calendar.update(EVENT, written)

    assert world.is_decorated()


def test_a_repeated_create_keeps_what_the_user_added(world: CaldavWorld) -> None:
    calendar = opened(world)
    world.user_decorates(calendar.create(EVENT))

    calendar.create(LATER)

    assert world.is_decorated()
    assert [event.title for event in world.events()] == ["Moved"]


def test_a_class_and_an_alarm_of_the_user_stay(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)

    def change(event: dict[str, object]) -> None:
        event["CLASS"] = "CONFIDENTIAL"

    world.edit(written, change)
    calendar.update(replace(LATER, is_private=False), written)

    assert "CLASS:CONFIDENTIAL" in content(world)


@pytest.mark.parametrize("is_weak", [False, True])
def test_a_server_without_strong_versions_is_written_too(world: CaldavWorld, is_weak: bool) -> None:
    def rewrite(request: Request, reply: Reply) -> Reply:
        if is_weak:
            return replace(reply, headers={**reply.headers, "ETag": 'W/"1"'})
        return without_header(reply, "etag")

    world.proxy.rewrite = rewrite
    calendar = opened(world)
    written = calendar.create(EVENT)
    world.user_decorates(written)

    renewed = calendar.update(LATER, written)

    assert (written.etag, renewed.etag) == ("", "")
    assert world.is_decorated()
    assert calendar.remove(renewed, reference=EVENT.reference).value == "removed"


def test_an_event_that_changes_all_the_time_is_left_for_later(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)
    world.proxy.script.add(Fault(412), method="PUT", times=None)

    with pytest.raises(TemporaryFailure):
        calendar.update(LATER, written)


def test_an_event_kept_under_another_address_is_found_by_its_id(world: CaldavWorld) -> None:
    """Radicale answers 409 no-uid-conflict and does not say where it is."""
    calendar = opened(world)
    written = calendar.create(EVENT)
    there = f"/{world.user}/zoe/renamed.ics"
    body = content(world).encode()
    world.user_deletes(written)
    world.ask("PUT", there, body)

    found = calendar.create(LATER)

    assert found.remote_id.endswith(there)
    assert [event.title for event in world.events()] == ["Moved"]


def test_the_address_a_conflict_names_is_used(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)
    there = f"/{world.user}/zoe/renamed.ics"
    body = content(world).encode()
    world.user_deletes(written)
    world.ask("PUT", there, body)
    conflict = dav_error(403, "c:no-uid-conflict", f"<d:href>{there}</d:href>")
    world.proxy.rewrite = lambda request, reply: conflict if reply.status == 409 else reply

    assert calendar.create(LATER).remote_id.endswith(there)
    assert not any(each.method == "REPORT" for each in world.proxy.requests)


def test_an_id_that_a_bin_keeps_taken_is_gone(world: CaldavWorld) -> None:
    answering(world, "PUT", dav_error(409, "c:no-uid-conflict"))

    with pytest.raises(EventGone):
        opened(world).create(EVENT)


def test_an_event_that_was_replaced_by_another_is_gone(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)
    other = content(world).replace("-1@", "-9@").encode()
    world.user_deletes(written)
    world.ask("PUT", written.remote_id.removeprefix(world.proxy.url), other)

    with pytest.raises(EventGone):
        calendar.update(LATER, written)


# --- Refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(423), TemporaryFailure, "locked"),
        (Reply(507), MailboxRefused, "full"),
        (dav_error(403, "d:quota-not-exceeded"), MailboxRefused, "full"),
        (dav_error(403, "d:need-privileges"), MailboxRefused, "need-privileges"),
        (dav_error(403, "c:max-resource-size"), PermanentFailure, "max-resource-size"),
        (dav_error(403, "c:valid-calendar-data"), PermanentFailure, "valid-calendar-data"),
        (Reply(400), PermanentFailure, "http_400"),
        (Reply(413), PermanentFailure, "http_413"),
        (Reply(403), MailboxRefused, "http_403"),
        (Reply(404), MailboxRefused, "no_calendar"),
        (Reply(409), MailboxRefused, "no_calendar"),
        (Reply(301, headers={"Location": "/elsewhere/"}), MailboxRefused, "moved"),
        (Reply(500), UnknownOutcome, "http_500"),
        (Reply(503), UnknownOutcome, "http_503"),
        (Reply(503, headers={"Retry-After": "9"}), TemporaryFailure, "http_503"),
    ],
)
def test_a_refused_write_is_of_its_kind(
    world: CaldavWorld, reply: Reply, kind: type[ConnectorError], code: str
) -> None:
    answering(world, "PUT", reply)

    with pytest.raises(ConnectorError) as caught:
        opened(world).create(EVENT)

    assert (type(caught.value), caught.value.code) == (kind, code)
    assert caught.value.text.endswith((".", ")"))


def test_a_create_that_was_done_before_a_504_may_be_repeated(world: CaldavWorld) -> None:
    world.proxy.script.add(ACCEPT_THEN_504, method="PUT")
    with pytest.raises(UnknownOutcome):
        opened(world).create(EVENT)

    opened(world).create(LATER)

    assert [event.title for event in world.events()] == ["Moved"]


def test_a_password_of_ones_own_that_is_wrong_concerns_nobody_else(world: CaldavWorld) -> None:
    with pytest.raises(MailboxRefused, match="app password") as caught:
        opened(world, Mailbox(world.user, "", "wrong")).check()

    assert not caught.value.heals


def test_the_calendar_of_somebody_else_is_refused(world: CaldavWorld) -> None:
    other = CaldavWorld()
    with other.running():
        theirs = Mailbox("zoe", f"{world.proxy.url}/{other.user}/zoe/")

        with pytest.raises(MailboxRefused):
            opened(world, theirs).check()


def test_a_calendar_shared_for_reading_is_refused_with_what_to_do(world: CaldavWorld) -> None:
    def rewrite(request: Request, reply: Reply) -> Reply:
        text = re.sub(rb"<privilege><(all|write|write-content) */></privilege>", b"", reply.body)
        return replace(reply, body=text)

    world.proxy.rewrite = rewrite
    with pytest.raises(MailboxRefused, match="for writing"):
        opened(world).check()


def test_a_calendar_of_a_user_for_all_must_be_named(world: CaldavWorld) -> None:
    """Or the visits of all technicians would be written into one calendar."""
    with pytest.raises(MailboxRefused, match="which calendar"):
        opened(world, Mailbox("zoe@acme.example")).create(EVENT)

    assert not world.proxy.requests


def test_a_check_without_a_name_tells_those_there_are(world: CaldavWorld) -> None:
    with pytest.raises(MailboxRefused, match="There are: “Zoë’s visits”"):
        opened(world, Mailbox("zoe@acme.example")).check()


def test_a_user_without_any_calendar_is_told_to_make_one(world: CaldavWorld) -> None:
    world.ask("DELETE", f"/{world.user}/zoe/")

    with pytest.raises(MailboxRefused, match="make one"):
        opened(world, Mailbox(world.user, "", PASSWORD)).check()


def test_without_any_password_nothing_is_asked(world: CaldavWorld) -> None:
    service = CaldavCalendar(Settings(base_url=world.proxy.url, allows_private=True))

    with pytest.raises(MailboxRefused, match="No password"):
        service.open(Mailbox("zoe", "x")).check()

    assert not world.proxy.requests


# --- Where calendars are ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Zoë’s visits", "zoe", "/{user}/zoe/", "/{user}/zoe", "{url}/{user}/zoe/"]
)
def test_a_calendar_is_named_as_people_know_it(world: CaldavWorld, name: str) -> None:
    wanted = name.format(user=world.user, url=world.proxy.url)

    opened(world, Mailbox("zoe", wanted)).create(EVENT)

    assert len(world.events()) == 1


def test_a_name_that_is_not_there_is_answered_with_those_that_are(world: CaldavWorld) -> None:
    with pytest.raises(MailboxRefused, match="There are: “Zoë’s visits”"):
        opened(world, Mailbox("zoe", "Tasks")).check()


def test_a_calendar_for_tasks_takes_no_visits(world: CaldavWorld) -> None:
    with pytest.raises(MailboxRefused, match="no calendar for events"):
        opened(world, Mailbox("zoe", f"/{world.user}/tasks/")).check()


def test_a_server_is_found_by_the_address_of_its_calendars_too(world: CaldavWorld) -> None:
    settings = Settings(
        base_url=f"{world.proxy.url}/{world.user}/",
        user=world.user,
        password=PASSWORD,
        allows_private=True,
    )

    assert CaldavCalendar(settings).open(world.mailbox).check()


def test_the_calendar_is_looked_for_once(world: CaldavWorld) -> None:
    service = world.service()
    service.open(world.mailbox).create(EVENT)
    before = len(world.proxy.requests)

    service.open(world.mailbox).create(LATER)

    assert {each.method for each in world.proxy.requests[before:]} == {"PUT", "GET"}


def test_an_event_of_another_server_is_not_asked_for(world: CaldavWorld) -> None:
    elsewhere = WrittenEvent("http://127.0.0.1:1/zoe/visit.ics")
    calendar = opened(world)

    assert calendar.read(elsewhere) is None
    with pytest.raises(EventGone):
        calendar.update(LATER, elsewhere)


# --- Large and strange answers ---------------------------------------------------------------


def test_a_list_that_is_too_large_is_asked_in_parts(world: CaldavWorld) -> None:
    service = world.service()
    assert isinstance(service, CaldavCalendar)
    for day in range(10):
        event = replace(
            EVENT,
            reference=f"visit-{day}",
            text="x" * 3000,
            starts_at=EVENT.starts_at + timedelta(days=day),
            ends_at=EVENT.ends_at + timedelta(days=day),
        )
        service.open(world.mailbox).create(event)
    small = HttpClient(allow_private=True, max_bytes=20_000)
    calendar = CaldavCalendar(service._settings, client=small).open(world.mailbox)

    assert len(calendar.list_ours(*WINDOW)) == 10


CUT_SHORT = (
    b'<d:multistatus xmlns:d="DAV:"><d:response><d:href>/zoe/</d:href>'
    b"<d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response></d:multistatus>"
)


@pytest.mark.parametrize(
    "refusal", [Reply(207, CUT_SHORT), dav_error(403, "d:number-of-matches-within-limits")]
)
def test_a_list_that_the_server_cuts_short_is_asked_in_parts(
    world: CaldavWorld, refusal: Reply
) -> None:
    calendar = opened(world)
    calendar.create(EVENT)
    asked = 0

    def before(request: Request) -> Reply | None:
        nonlocal asked
        asked += request.method == "REPORT"
        return refusal if request.method == "REPORT" and asked < 3 else None

    world.proxy.before = before

    assert [each.reference for each in calendar.list_ours(*WINDOW)] == [EVENT.reference]


def test_a_list_that_is_cut_short_for_one_day_is_not_taken_for_whole(world: CaldavWorld) -> None:
    answering(world, "REPORT", Reply(207, CUT_SHORT))

    with pytest.raises(TemporaryFailure):
        opened(world).list_ours(*WINDOW)


def test_an_address_is_known_in_any_spelling(world: CaldavWorld) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)

    def rewrite(request: Request, reply: Reply) -> Reply:
        host = world.proxy.url.encode()
        for old, new in (
            (b"%40", b"@"),
            (b"<href>/", b"<href>" + host + b"/"),
            (b"/zoe/", b"/z%6Fe/"),
        ):
            reply = replace(reply, body=reply.body.replace(old, new))
        return reply

    world.proxy.rewrite = rewrite

    assert [each.written.remote_id for each in calendar.list_ours(*WINDOW)] == [written.remote_id]


def test_an_event_of_the_users_that_is_broken_hides_no_other(world: CaldavWorld) -> None:
    calendar = opened(world)
    calendar.create(EVENT)

    def rewrite(request: Request, reply: Reply) -> Reply:
        broken = reply.body.replace(
            b"</multistatus>",
            b"<response><href>/x.ics</href><propstat><prop><C:calendar-data>nonsense"
            b"</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
            b"</multistatus>",
        )
        return replace(reply, body=broken) if request.method == "REPORT" else reply

    world.proxy.rewrite = rewrite

    assert len(calendar.list_ours(*WINDOW)) == 1


@pytest.mark.parametrize(
    ("content_type", "change"),
    [
        ("text/calendar; charset=iso-8859-1", lambda body: body),
        ("text/calendar; charset=utf-8", lambda body: body.replace(b"Boiler", b"Gr\xf6\xdfe")),
        ("text/html", lambda body: body),
        ("text/calendar", lambda body: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
        ("text/calendar", lambda body: b"<html>"),
    ],
)
def test_what_cannot_be_read_for_sure_is_not_overwritten(
    world: CaldavWorld, content_type: str, change: Callable[[bytes], bytes]
) -> None:
    calendar = opened(world)
    written = calendar.create(EVENT)

    def rewrite(request: Request, reply: Reply) -> Reply:
        if request.method != "GET":
            return reply
        headers = {**without_header(reply, "content-type").headers, "Content-Type": content_type}
        return replace(reply, body=change(reply.body), headers=headers)

    world.proxy.rewrite = rewrite
    with pytest.raises(TemporaryFailure):
        calendar.update(LATER, written)

    assert [event.title for event in world.events()] == [EVENT.title]


# --- Busy times ------------------------------------------------------------------------------

WEEKLY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Some phone//
BEGIN:VEVENT
UID:weekly
DTSTAMP:20261101T000000Z
DTSTART:20261102T140000Z
DTEND:20261102T150000Z
RRULE:FREQ=WEEKLY
EXDATE:20261130T140000Z
SUMMARY:Choir
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    "refusal",
    [None, dav_error(403, "d:supported-report"), Reply(501), Reply(400)],
    ids=["free-busy", "unsupported", "501", "400"],
)
def test_repeated_events_take_time_each_time(world: CaldavWorld, refusal: Reply | None) -> None:
    world.ask("PUT", f"/{world.user}/zoe/weekly.ics", WEEKLY.replace("\n", "\r\n").encode())
    calendar = opened(world)
    calendar.create(replace(EVENT, is_busy=False))

    world.proxy.before = lambda request: refusal if b"free-busy" in request.body else None
    busy = calendar.busy_times(NOW, NOW + timedelta(days=21))

    choir = NOW.replace(hour=14)
    weeks = [choir, choir + timedelta(days=14)]  # once it was left out
    assert [(each.starts_at, each.ends_at) for each in busy] == [(at, at + HOUR) for at in weeks]


def test_busy_times_end_where_the_question_ends(world: CaldavWorld) -> None:
    calendar = opened(world)
    calendar.create(EVENT)
    middle = EVENT.starts_at + timedelta(minutes=30)

    (busy,) = calendar.busy_times(middle, middle + timedelta(minutes=10))

    assert (busy.starts_at, busy.ends_at) == (middle, middle + timedelta(minutes=10))


# --- The account -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base_url": "http://cloud.example.com"}, "https"),
        ({"base_url": "cloud.example.com"}, "https"),
        ({"user": "doorstep"}, "both"),
        ({"user": "a:b", "password": "x"}, "colon"),
    ],
)
def test_settings_are_checked(changes: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        Settings(**{"base_url": "https://cloud.example.com", **changes})


def test_a_server_in_our_own_network_must_be_said_to_be_there(world: CaldavWorld) -> None:
    settings = Settings(base_url=world.proxy.url, user=world.user, password=PASSWORD)

    with pytest.raises(CredentialsRefused, match="own network"):
        CaldavCalendar(settings).open(world.mailbox).check()


def test_accounts_of_one_server_share_its_connections() -> None:
    first, second = (
        CaldavCalendar(Settings(base_url=url))
        for url in ("https://cloud.example.com/dav/", "https://Cloud.example.com")
    )

    assert first.limit_key == second.limit_key
    assert first.most_at_once == 4
