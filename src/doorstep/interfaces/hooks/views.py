"""What providers send: delivery reports, and texts of customers."""

import logging

from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from doorstep.connectors.base import InvalidSettings
from doorstep.connectors.registry import UnknownConnector
from doorstep.connectors.sms.base import ReadsWebhooks
from doorstep.connectors.webhooks import (
    DeliveryReport,
    ForgedWebhook,
    InboundText,
    UnreadableWebhook,
    WebhookRequest,
)
from doorstep.domain.notifications.links import report_url
from doorstep.domain.notifications.services.accounts import sender_of
from doorstep.domain.notifications.services.inbound import take_texts
from doorstep.domain.notifications.services.reports import take_reports
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.lib.secrets import SecretUnreadable

# Providers put up to a thousand reports into one request; what is refused is lost.
MOST_BYTES = 1024 * 1024
# "Answer nothing": Twilio shows whatever else it gets to the customer, or as an error to staff.
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

log = logging.getLogger(__name__)


# Machines have neither cookies nor our forms; who sent it is proved by the provider's signature.
@csrf_exempt
@require_POST
@never_cache
def report(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Read, store, answer; an account that is paused or switched off still has texts on the way."""
    account = get_object_or_404(ConnectorAccount, kind=kind, callback_code=code)
    try:
        connector = sender_of(account)
    except (UnknownConnector, InvalidSettings, SecretUnreadable) as error:
        log.error("connector %s cannot read its reports: %s", account.pk, error)
        return _plain("Not ready.", 503)
    if not isinstance(connector, ReadsWebhooks):
        raise Http404
    try:
        # One byte more than allowed tells "too long" from "just so", whatever the length claims.
        body = request.read(MOST_BYTES + 1)
    except UnreadablePostError:
        return _plain("The request broke off.", 400)
    if len(body) > MOST_BYTES:
        log.warning("connector %s: a report of over %s bytes", account.pk, MOST_BYTES)
        return _plain("Too large.", 413)
    try:
        told = connector.read_webhook(_as_the_provider_knows_it(request, account, body))
    except ForgedWebhook as error:
        log.warning("connector %s: a forged report was refused: %s", account.pk, error)
        return _plain("Forbidden.", 403)
    except UnreadableWebhook as error:
        log.warning("connector %s: a report cannot be read: %s", account.pk, error)
        return _plain("Not readable.", 400)
    now = timezone.now()
    texts = [each for each in told if isinstance(each, InboundText)]
    take_texts(account, texts, now=now)
    take_reports(account, [each for each in told if isinstance(each, DeliveryReport)], now=now)
    if texts:
        return HttpResponse(NO_ANSWER, content_type="text/xml")
    return HttpResponse(status=204)


def _as_the_provider_knows_it(
    request: HttpRequest, account: ConnectorAccount, body: bytes
) -> WebhookRequest:
    """The address by our settings: a Host header would let its sender choose what was signed."""
    query = request.META.get("QUERY_STRING", "")
    return WebhookRequest(
        url=report_url(account) + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
