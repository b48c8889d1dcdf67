"""Send mail through a mail provider's API, by django-anymail.

Anymail knows the providers; the HTTP requests are made by our own client. Settings go to each
backend as its options, so that there can be several accounts with one provider.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailError

from doorstep.connectors.base import (
    CredentialsRefused,
    InvalidSettings,
    PermanentFailure,
    Receipt,
    setting,
)
from doorstep.connectors.email.anymail_esps import ESPS
from doorstep.connectors.email.anymail_failures import ABOUT_OUR_ACCOUNT, failure_of
from doorstep.connectors.email.anymail_session import GuardedSession
from doorstep.connectors.email.anymail_webhooks import OUR_METADATA, read_reports
from doorstep.connectors.email.base import OutgoingEmail
from doorstep.connectors.email.django_mail import django_message
from doorstep.connectors.email.mime import envelope_address, with_sender
from doorstep.connectors.http import HttpClient, check_status
from doorstep.connectors.webhooks import DeliveryReport, WebhookRequest


@dataclass(frozen=True, slots=True)
class Settings:
    esp: str = setting("Provider", choices=tuple(ESPS))
    api_key: str = setting("API key", help="Or server token, API token.", secret=True)
    secret_key: str = setting("Secret key", help="Mailjet only.", secret=True, default="")
    sender_domain: str = setting(
        "Sender domain", help="Mailgun; empty: that of the sender.", default=""
    )
    region: str = setting(
        "Region", help="eu with Mailgun and SparkPost; fr-par with Scaleway.", default=""
    )
    message_stream: str = setting("Message stream", help="Postmark only.", default="")
    project_id: str = setting("Project", help="Scaleway only.", default="")
    subaccount: str = setting("Subaccount", help="SparkPost only.", default="")
    api_url: str = setting(
        "Address of the API", help="Needed for Postal and Unisender Go.", default=""
    )
    from_address: str = setting(
        "Sender", help="Replaces the sender of the mails; empty: theirs.", default=""
    )
    webhook_secret: str = setting(
        "Secret for reports",
        help="user:password, given to the provider in the address of the reports.",
        secret=True,
        default="",
    )
    webhook_signing_key: str = setting(
        "Key for the signature of reports",
        help="From the provider, if it signs.",
        secret=True,
        default="",
    )
    allows_private: bool = setting(
        "The provider is in our own network", help="Allow private addresses.", default=False
    )


class Anymail:
    """One account with one provider."""

    settings_class = Settings

    def __init__(self, settings: Settings, *, client: HttpClient | None = None) -> None:
        self._settings = settings
        self._esp = ESPS[settings.esp]
        for name in self._esp.needs:
            if not getattr(settings, name):
                raise InvalidSettings(f"{name} is required for {self._esp.label}")
        if settings.webhook_secret and ":" not in settings.webhook_secret:
            raise InvalidSettings("webhook_secret must look like user:password")
        self._client = client or HttpClient(allow_private=settings.allows_private)

    def send(self, email: OutgoingEmail) -> Receipt:
        """One attempt. UnknownOutcome when the answer was lost, or is a 5xx other than 503."""
        email = with_sender(email, self._settings.from_address)
        message = django_message(email)
        message.extra_headers.update(self._esp.headers)
        if self._esp.takes_metadata:
            message.metadata = {OUR_METADATA: email.message_id}  # type: ignore[attr-defined]
        backend = import_module(f"anymail.backends.{self._settings.esp}").EmailBackend(
            **self._options(email)
        )
        backend.session = GuardedSession(self._client)
        try:
            backend.send_messages([message])
        except AnymailError as error:
            raise failure_of(error, self._esp.label) from error
        status = message.anymail_status  # type: ignore[attr-defined]
        provider_id = str(status.message_id or email.message_id)
        return Receipt(provider_id, detail=", ".join(sorted(status.status or ())))

    def read_webhook(self, request: WebhookRequest) -> tuple[DeliveryReport, ...]:
        """The reports of a request; raises ForgedWebhook or UnreadableWebhook."""
        settings = self._settings
        return read_reports(
            request,
            esp_name=settings.esp,
            api_key=settings.api_key,
            secret=settings.webhook_secret,
            signing_key=settings.webhook_signing_key,
        )

    def check(self) -> str:
        """Ask the provider something that needs the key, where there is such a question."""
        question = self._esp.question
        if question is None or ("{sender_domain}" in question.path and not self._domain()):
            return f"The settings for {self._esp.label} are complete; a test mail shows the rest."
        key = self._settings.api_key
        path = question.path.format(sender_domain=self._domain())
        response = self._client.request(
            "GET" if question.json is None else "POST",
            f"{(self._api_url() or self._esp.default_url).rstrip('/')}/{path}",
            headers={name: value.format(key=key) for name, value in question.headers.items()},
            auth=(question.user, key) if question.user else None,
            json=question.json and {n: v.format(key=key) for n, v in question.json.items()},
            repeatable=True,
        )
        if response.status in ABOUT_OUR_ACCOUNT or b'"Invalid_Key"' in response.body:
            raise CredentialsRefused(f"{self._esp.label} refused the key.")
        check_status(response)
        return f"{self._esp.label} takes the key."

    def _options(self, email: OutgoingEmail) -> dict[str, Any]:
        settings = self._settings
        options = {
            self._esp.api_key: settings.api_key,
            "api_url": self._api_url(),
            **{name: getattr(settings, name) for name in self._esp.options},
        }
        if "sender_domain" in self._esp.options:
            options["sender_domain"] = self._domain() or _domain(email.from_address)
        return {name: value for name, value in options.items() if value}

    def _api_url(self) -> str:
        return self._settings.api_url or self._esp.regions.get(self._settings.region.lower(), "")

    def _domain(self) -> str:
        return self._settings.sender_domain or _domain(self._settings.from_address)


def _domain(address: str) -> str:
    if not address:
        return ""
    try:
        return envelope_address(address).rpartition("@")[2]
    except ValueError as error:
        raise PermanentFailure("bad_message", str(error)) from error
