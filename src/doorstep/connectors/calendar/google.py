"""Write visits into Google calendars of a Workspace domain, by a service account for everybody."""

from dataclasses import dataclass

from doorstep.connectors.base import InvalidSettings, setting
from doorstep.connectors.calendar.base import Mailbox
from doorstep.connectors.calendar.google_auth import Tokens, read_key
from doorstep.connectors.calendar.google_mailbox import GoogleMailbox
from doorstep.connectors.http import HttpClient, keeps_secrets

# Google counts by the minute: 10,000 calls of a project, 600 of a user. A call takes a tenth of a
# second or more, so ten at once stay below the first.
MOST_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Settings:
    key: str = setting(
        "Key of the service account",
        help="The whole JSON file that Google Cloud gave when the key was made.",
        secret=True,
    )
    base_url: str = setting("Address", default="https://www.googleapis.com/calendar/v3")
    allows_private: bool = setting(
        "The server is in our own network",
        help="For a gateway of yours: allow private addresses.",
        default=False,
    )

    def __post_init__(self) -> None:
        read_key(self.key)
        if not keeps_secrets(self.base_url):
            raise InvalidSettings("base_url must be an https address: secrets are sent there")


class GoogleCalendar:
    """One service account with domain-wide delegation."""

    settings_class = Settings
    most_at_once: int | None = MOST_AT_ONCE

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        self._settings = settings
        self._account = read_key(settings.key)
        self.client = client or HttpClient(allow_private=settings.allows_private)
        self._tokens = Tokens(self._account, self.client)

    @property
    def limit_key(self) -> str:
        """Google counts the calls of a project, whichever of its accounts makes them."""
        return f"google:{self._account.project_id}"

    def open(self, mailbox: Mailbox) -> "GoogleMailbox":
        base_url = self._settings.base_url.rstrip("/")
        return GoogleMailbox(mailbox, base_url, self.client, self._tokens)
