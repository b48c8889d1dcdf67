"""Ask a CalDAV server, with a name and password that go nowhere else."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from doorstep.connectors.base import ConnectorError, CredentialsRefused, PermanentFailure
from doorstep.connectors.calendar.base import MailboxRefused
from doorstep.connectors.calendar.caldav_xml import CONTENT_TYPE
from doorstep.connectors.http import HttpClient, HttpResponse, keeps_secrets

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
SIGN_IN_REFUSED = (
    "The server does not take the name and password of {who}. Enter them anew; many servers want "
    "an app password here instead of the usual one."
)
NOT_REACHED = "{text}. If the server is in your own network, say so in the settings of the service."


@dataclass(frozen=True, slots=True)
class Login:
    """`is_own` if it is the technician's own and not that of the whole account."""

    user: str
    password: str = field(repr=False)
    is_own: bool


class CaldavClient:
    """One login with one server. `base_url` says where the password may go."""

    def __init__(self, client: HttpClient, base_url: str, login: Login) -> None:
        self._client = client
        self.base_url = base_url
        self.login = login

    def ask(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        depth: str = "",
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> HttpResponse:
        """The answer of any status but 401, which is CredentialsRefused or MailboxRefused.

        A server that may not be reached from here is a matter of the account as well.
        """
        self.check_allowed(url)
        sent = dict(headers or {})
        if depth:
            sent["Depth"] = depth
        if body is not None:
            sent.setdefault("Content-Type", CONTENT_TYPE)
        try:
            response = self._client.request(
                method,
                url,
                content=body,
                headers=sent,
                auth=(self.login.user, self.login.password),
                repeatable=repeatable,
            )
        except PermanentFailure as error:  # of the address, never of the event
            raise CredentialsRefused(NOT_REACHED.format(text=error.text)) from error
        if response.status == 401:
            raise self._refused()
        return response

    def follow(self, method: str, url: str, *, body: bytes, depth: str) -> tuple[HttpResponse, str]:
        """As `ask`, after some redirects to where the password may go; and where that was."""
        for _redirect in range(MOST_REDIRECTS + 1):
            response = self.ask(method, url, body=body, depth=depth)
            location = response.headers.get("location", "")
            if response.status not in REDIRECTS or not location:
                return response, url
            url = urljoin(url, location)
        raise MailboxRefused(
            "redirects", "The server sends us in circles: check the address of the service."
        )

    def resolve(self, url: str, href: str) -> str:
        """The whole address of a link in an answer from `url`; MailboxRefused if we may not go."""
        whole = urljoin(url, href)
        self.check_allowed(whole)
        return canonical(whole)

    def is_allowed(self, url: str) -> bool:
        return keeps_secrets(url) and is_same_house(self.base_url, url)

    def check_allowed(self, url: str) -> None:
        """The password goes to no other server, and not in the clear, whatever a server says."""
        if not self.is_allowed(url):
            shown = (urlsplit(url).hostname or "an unreadable address")[:100]
            raise MailboxRefused(
                "foreign_address",
                f"The calendar is said to be at {shown}, which is not the server that was entered, "
                "or without https. If that is right, enter its address for the service.",
                heals=False,
            )

    def _refused(self) -> ConnectorError:
        text = SIGN_IN_REFUSED.format(who=self.login.user)
        if self.login.is_own:
            return MailboxRefused("credentials", text, heals=False)
        return CredentialsRefused(text)


def canonical(url: str) -> str:
    """One spelling for one address: servers tell %40 where we wrote @, and name the usual port."""
    parts = urlsplit(url)
    path = "/".join(quote(unquote(each), safe="@") for each in parts.path.split("/"))
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, 443) else f":{parts.port}"
    return urlunsplit((parts.scheme, f"{host}{port}", path, parts.query, ""))


def is_same_house(url: str, other: str) -> bool:
    """Whether two addresses are of one host, or of hosts of one registered domain.

    Large providers keep a user's calendar on a numbered sister of the host one signs in at. Without
    the public list of suffixes, a short second label of a country (co.uk, com.au) counts as part of
    the suffix; what that refuses wrongly can be entered as the service's address.
    """
    one, two = (urlsplit(each) for each in (url, other))
    first, second = (one.hostname or "").lower(), (two.hostname or "").lower()
    if first == second:
        return bool(first) and (one.port == two.port or not _is_address(first))
    if _is_address(first) or _is_address(second):
        return False
    return _registered(first) == _registered(second) != ""


def _registered(host: str) -> str:
    labels = host.rstrip(".").split(".")
    is_country = len(labels) > 1 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    size = 3 if is_country else 2
    return ".".join(labels[-size:]) if len(labels) >= size and all(labels) else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
