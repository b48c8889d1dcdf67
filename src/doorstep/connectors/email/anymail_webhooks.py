"""Read the reports of mail providers, as django-anymail understands them.

Anymail's views are used without Django's request cycle: they check and parse a request that is
made here of plain data. For that, this file imports Django.
"""

from importlib import import_module
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.core.handlers.wsgi import WSGIRequest

from doorstep.connectors.email.anymail_esps import ESPS
from doorstep.connectors.webhooks import (
    DeliveryReport,
    ForgedWebhook,
    Progress,
    UnreadableWebhook,
    WebhookRequest,
)

# Under this name our Message-ID travels with the mail and comes back in the reports.
OUR_METADATA = "doorstep_message"
LONGEST_TEXT = 200
# Opened and clicked say nothing sure, since machines do both; the rest is not about delivery.
PROGRESS = {
    "queued": Progress.QUEUED,
    "deferred": Progress.QUEUED,
    "sent": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "rejected": Progress.FAILED,
    "failed": Progress.FAILED,
    "bounced": Progress.BOUNCED,
    "complained": Progress.COMPLAINED,
    "unsubscribed": Progress.UNSUBSCRIBED,
}


def read_reports(
    request: WebhookRequest, *, esp_name: str, api_key: str, secret: str, signing_key: str
) -> tuple[DeliveryReport, ...]:
    """The reports in a provider's request.

    `secret` is the "user:password" in the address the provider was given; `signing_key` that of
    its signature. Whichever is set must be right, and one of them must be set. Raises
    ForgedWebhook or UnreadableWebhook.
    """
    esp = ESPS[esp_name]
    key = signing_key or (api_key if esp.signed_by_api_key else "")
    if not esp.webhook_view:
        raise ForgedWebhook(f"{esp.label} sends no reports")
    if esp.signs_always and not key:
        raise ForgedWebhook(f"the key for the signatures of {esp.label} is not set")
    if not secret and not (key and esp.signing_key):
        raise ForgedWebhook(f"no secret is set for the reports of {esp.label}")
    options: dict[str, Any] = {"webhook_secret": secret or []}
    if esp.signing_key and key:
        options[esp.signing_key] = key
    if esp_name == "mandrill":
        options["webhook_url"] = _with_secret(request.url, secret)
    module = import_module(f"anymail.webhooks.{esp_name}")
    view = getattr(module, esp.webhook_view)(**options)
    django_request = _django_request(request)
    try:
        view.run_validators(django_request)
    except Exception as error:  # whatever stops the proof, nothing is proved
        raise ForgedWebhook(f"{esp.label}: {type(error).__name__}") from error
    try:
        events = view.parse_events(django_request)
        return tuple(report for event in events if (report := _report(event)))
    except Exception as error:  # anymail's parsers promise no particular errors
        raise UnreadableWebhook(f"{esp.label}: {type(error).__name__}: {error}") from error


def _report(event: Any) -> DeliveryReport | None:
    progress = PROGRESS.get(event.event_type)
    metadata = getattr(event, "metadata", None) or {}
    message_id = str(metadata.get(OUR_METADATA, ""))
    provider_id = str(event.message_id or "")
    if progress is None or not (provider_id or message_id):
        return None
    text = event.description or event.mta_response or ""
    at = event.timestamp
    return DeliveryReport(
        provider_id=provider_id,
        progress=progress,
        event_id=str(event.event_id or ""),
        code=str(event.reject_reason or event.event_type),
        text=" ".join(str(text).split())[:LONGEST_TEXT],
        at=at if at is not None and at.tzinfo else None,
        message_id=message_id,
    )


def _django_request(request: WebhookRequest) -> WSGIRequest:
    url = urlsplit(request.url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": url.path,
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "localhost",
        "SERVER_PORT": str(url.port or 443),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": BytesIO(request.body),
    }
    for name, value in request.headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value
    environ["CONTENT_TYPE"] = request.headers.get("content-type", "")
    environ["CONTENT_LENGTH"] = str(len(request.body))
    return WSGIRequest(environ)


def _with_secret(url: str, secret: str) -> str:
    """The address as the provider was given it, which Mandrill signs too."""
    parts = urlsplit(url)
    where = f"{secret}@{parts.netloc}" if secret else parts.netloc
    return urlunsplit(parts._replace(netloc=where))
