"""Write visits into calendars of any CalDAV server (RFC 4791): Nextcloud, Fastmail, iCloud."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from doorstep.connectors.base import InvalidSettings, setting
from doorstep.connectors.calendar.base import Mailbox
from doorstep.connectors.calendar.caldav_client import CaldavClient, Login
from doorstep.connectors.calendar.caldav_mailbox import CaldavMailbox, Calendars
from doorstep.connectors.http import HttpClient, keeps_secrets

# A small server takes eight connections (Radicale's default), and people's phones need some.
MOST_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Settings:
    base_url: str = setting(
        "Address of the server",
        help="As calendar programs are told, such as https://cloud.example.com/remote.php/dav.",
    )
    user: str = setting(
        "User",
        help="One user for all calendars. Leave it empty if each technician's password is entered.",
        default="",
    )
    password: str = setting(
        "Password", help="An app password, where the server has them.", secret=True, default=""
    )
    uid_domain: str = setting(
        "Domain of event ids",
        help="Follows the @ in the ids of events; a domain of yours is good manners.",
        default="doorstep.invalid",
    )
    allows_private: bool = setting(
        "The server is in our own network", help="Allow private addresses.", default=False
    )

    def __post_init__(self) -> None:
        if not keeps_secrets(self.base_url):
            raise InvalidSettings("base_url must be an https address: passwords are sent there")
        if bool(self.user) != bool(self.password):
            raise InvalidSettings("user and password: enter both or none")
        if ":" in self.user:
            raise InvalidSettings("user must not contain a colon")


class CaldavCalendar:
    """One server, with one login for all calendars or one for each."""

    settings_class = Settings
    most_at_once: int | None = MOST_AT_ONCE
    takes_passwords = True

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        self._settings = settings
        self.client = client or HttpClient(allow_private=settings.allows_private)
        self._calendars = Calendars()

    @property
    def limit_key(self) -> str:
        return f"caldav:{urlsplit(self._settings.base_url).netloc.lower()}"

    def open(self, mailbox: Mailbox) -> "CaldavMailbox":
        settings = self._settings
        client = CaldavClient(self.client, settings.base_url, _login(mailbox, settings))
        return CaldavMailbox(
            mailbox.calendar, client, self._calendars, uid_domain=settings.uid_domain
        )


def _login(mailbox: Mailbox, settings: Settings) -> Login:
    if mailbox.password:
        return Login(mailbox.address, mailbox.password, is_own=True)
    return Login(settings.user, settings.password, is_own=False)
