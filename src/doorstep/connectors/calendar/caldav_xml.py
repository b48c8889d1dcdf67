"""The XML of CalDAV: questions are written by hand, answers read without the tricks XML allows.

RFC 4918 (WebDAV) and RFC 4791 (CalDAV). Entities and document types are refused, whoever sends
them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.http import HttpResponse

DAV, CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
CONTENT_TYPE = "application/xml; charset=utf-8"
MULTI_STATUS = 207
# The code of an answer that is more than is read at once, by our limit or the server's.
TOO_LARGE = "too_large"
_SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'


@dataclass(frozen=True, slots=True)
class Found:
    """One resource of a multi-status answer: its address as sent, and the properties it has."""

    href: str
    properties: Mapping[str, Element]

    def text(self, name: str) -> str:
        element = self.properties.get(name)
        return (element.text or "").strip() if element is not None else ""

    def raw(self, name: str) -> str:
        """A text with its spaces, as calendar data needs them."""
        element = self.properties.get(name)
        return (element.text or "") if element is not None else ""

    def href_in(self, name: str) -> str:
        """The address in a property that holds one, "" if it is missing."""
        element = self.properties.get(name)
        inner = element.find(f"{DAV}href") if element is not None else None
        return (inner.text or "").strip() if inner is not None else ""

    def children(self, name: str) -> list[Element]:
        element = self.properties.get(name)
        return list(element) if element is not None else []


# --- Questions ---------------------------------------------------------------------------------


def propfind(*names: str) -> bytes:
    """Ask for properties by their prefixed names, such as d:displayname."""
    asked = "".join(f"<{name}/>" for name in names)
    return _document("d:propfind", f"<d:prop>{asked}</d:prop>")


def events_between(from_at: datetime, to_at: datetime, *, is_expanded: bool = False) -> bytes:
    """All events that touch [from, to); repeated ones one by one if `is_expanded`."""
    period = _period(from_at, to_at)
    expand = f"<c:expand {period}/>" if is_expanded else ""
    return _query(expand, f"<c:time-range {period}/>")


def event_with_uid(uid: str) -> bytes:
    match = f'<c:text-match collation="i;octet">{_escaped(uid)}</c:text-match>'
    return _query("", f'<c:prop-filter name="UID">{match}</c:prop-filter>')


def free_busy(from_at: datetime, to_at: datetime) -> bytes:
    return _document("c:free-busy-query", f"<c:time-range {_period(from_at, to_at)}/>")


def _query(data: str, condition: str) -> bytes:
    return _document(
        "c:calendar-query",
        f"<d:prop><d:getetag/><c:calendar-data>{data}</c:calendar-data></d:prop>"
        '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
        f"{condition}</c:comp-filter></c:comp-filter></c:filter>",
    )


def _document(name: str, inner: str) -> bytes:
    text = f'<?xml version="1.0" encoding="utf-8"?><{name} {_SPACES}>{inner}</{name}>'
    return text.encode()


def _period(from_at: datetime, to_at: datetime) -> str:
    return f'start="{_stamp(from_at)}" end="{_stamp(to_at)}"'


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# --- Answers -----------------------------------------------------------------------------------


def read_multi_status(response: HttpResponse) -> Iterator[Found]:
    """The resources of a 207; those that are not there any more are left out.

    Raises TemporaryFailure for anything that is no such answer, and for one the server cut short.
    """
    root = _root(response.body)
    if response.status != MULTI_STATUS or root.tag != f"{DAV}multistatus":
        raise bad_answer()
    for each in root.iter(f"{DAV}response"):
        href = (each.findtext(f"{DAV}href") or "").strip()
        if not href:
            raise bad_answer()
        status = each.findtext(f"{DAV}status")
        if status is None:
            yield Found(href, _properties(each))
        elif " 507" in status:  # RFC 4791, 7.8: the rest did not fit
            raise TemporaryFailure(TOO_LARGE, "The server says that there are too many events.")


def conditions(response: HttpResponse) -> dict[str, str]:
    """The conditions an error names (RFC 4918, 16), without their namespaces, each with the address
    it tells, if any. Empty if the body is no such error."""
    try:
        root = _root(response.body)
    except TemporaryFailure:
        return {}
    if root.tag != f"{DAV}error":
        return {}
    return {
        each.tag.rpartition("}")[2]: (each.findtext(f"{DAV}href") or "").strip() for each in root
    }


def bad_answer() -> TemporaryFailure:
    return TemporaryFailure("bad_answer", "The server's answer is not what was asked for.")


def _properties(response: Element) -> dict[str, Element]:
    found: dict[str, Element] = {}
    for part in response.iter(f"{DAV}propstat"):
        status = (part.findtext(f"{DAV}status") or "").split()
        if len(status) > 1 and status[1] == "200":
            found |= {each.tag: each for each in part.findall(f"{DAV}prop/*")}
    return found


def _root(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise bad_answer() from error
    return root
