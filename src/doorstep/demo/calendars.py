"""Calendars of the demo's technicians, in the stand-in for Microsoft 365 that the demo serves."""

from django.db import transaction
from django.utils import timezone

from doorstep.domain.calendars.models import CalendarLink, LinkState
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.domain.resources.models import BookableResource, ResourceKind

from .graph.server import GraphServer
from .graph_command import CLIENT_ID, SECRET, TENANT
from .seed.sign_ins import TOM_EMAIL

NAME = "Microsoft 365 of the demo"
# Tom's and one more are written from the start; the next one waits, to try the set-up with.
_ENABLED, _WAITING = 2, 1


@transaction.atomic
def ensure_calendars(server: GraphServer) -> ConnectorAccount:
    """There is a server profile that leads to `server`, wherever it listens this time. With it, the
    first time, come the calendars; what was changed of them later stays."""
    account, is_new = ConnectorAccount.objects.get_or_create(
        name=NAME, defaults={"kind": ConnectorKind.CALENDAR, "connector": "outlook"}
    )
    settings = {
        "tenant_id": TENANT,
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "base_url": server.base_url,
        "authority_url": server.url,
        "allows_private": True,
    }
    if account.settings != settings:
        account.settings = settings
        account.save(update_fields=["settings_encrypted"])
    if is_new:
        _make_links(account)
    return account


def _make_links(account: ConnectorAccount) -> None:
    technicians = BookableResource.objects.filter(
        kind=ResourceKind.USER, is_active=True, calendar_link=None
    ).exclude(email="")
    ordered = sorted(technicians, key=lambda each: (each.email != TOM_EMAIL, each.pk))
    now = timezone.now()
    for number, resource in enumerate(ordered[: _ENABLED + _WAITING]):
        is_enabled = number < _ENABLED
        CalendarLink.objects.create(
            resource=resource,
            account=account,
            address=resource.email,
            state=LinkState.ENABLED if is_enabled else LinkState.WAITING,
            approved_at=now if is_enabled else None,
            tested_at=now if is_enabled else None,
        )
