"""The calendar text in a CalDAV server's answer."""

from email.message import Message

from doorstep.connectors.calendar.caldav_xml import bad_answer
from doorstep.connectors.calendar.ics_reader import StoredEvent, UnreadableCalendar, read_events
from doorstep.connectors.http import HttpResponse

CALENDAR = "text/calendar"
UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})


def calendar_text(response: HttpResponse) -> bytes:
    """The body, if it is a calendar in UTF-8.

    Raises TemporaryFailure for anything else: what is read in the wrong charset and written back
    would spoil what its user wrote.
    """
    message = Message()
    message["Content-Type"] = response.headers.get("content-type", CALENDAR)
    if message.get_content_type() != CALENDAR:
        raise bad_answer()
    if message.get_content_charset("utf-8") not in UTF_8:
        raise bad_answer()
    try:
        response.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad_answer() from error
    return response.body


def read_stored(content: bytes) -> tuple[StoredEvent, ...]:
    """The events of one stored object, of which there is one as a rule. Raises UnreadableCalendar
    when there is none."""
    found = read_events(content)
    if not found:
        raise UnreadableCalendar("There is no event in it.")
    return found
