"""One's own calendar address: make it, see it once, make it anew, stop it.

Customers and technicians have the same page inside their own frame (`web/_own_feed.html`).
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from doorstep.domain.calendars.services.feeds import (
    Owner,
    feed_url,
    find_live_feed,
    issue_feed,
    revoke_feed,
)
from doorstep.platform.audit.services import Actor
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import format_date_and_window


@dataclass(frozen=True, slots=True)
class OwnFeed:
    """`url` is there only in the answer to making it; `webcal_url` opens calendar programs."""

    exists: bool
    made: str
    last_read: str
    url: str = ""
    webcal_url: str = ""


def own_feed_page(
    request: HttpRequest,
    *,
    owner: Owner,
    actor: Actor,
    zone: ZoneInfo,
    host: str | None,
    template: str,
) -> HttpResponse:
    """The page of one who may have a feed. The address is shown in the answer to its making and
    kept nowhere, not even in a session."""
    wish, code = request.POST.get("do", ""), ""
    if request.method == "POST" and wish == "make":
        try:
            _feed, code = issue_feed(owner=owner, actor=actor, now=timezone.now())
        except DomainError as refusal:
            messages.warning(request, str(refusal))
            return redirect(request.path)
    elif request.method == "POST":
        feed = find_live_feed(owner)
        if feed is not None and wish == "stop":
            revoke_feed(feed=feed, actor=actor, now=timezone.now())
            messages.success(request, _("The address no longer works."))
        return redirect(request.path)
    return render(request, template, {"feed": _own_feed(owner, zone, code, host)})


def _own_feed(owner: Owner, zone: ZoneInfo, code: str, host: str | None) -> OwnFeed:
    feed = find_live_feed(owner)
    if feed is None:
        return OwnFeed(exists=False, made="", last_read="")
    url = feed_url(code, host=host) if code else ""
    read_at = feed.last_read_at
    return OwnFeed(
        exists=True,
        made=format_date_and_window(feed.created_at, None, zone, with_zone=True),
        last_read=format_date_and_window(read_at, None, zone, with_zone=True) if read_at else "",
        url=url,
        webcal_url=url and f"webcal{url.removeprefix('https').removeprefix('http')}",
    )
