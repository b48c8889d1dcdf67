# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""On the page of a technician or contact: the address their visits are subscribed to."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.calendars.services.feeds import (
    Owner,
    feed_url,
    find_live_feed,
    host_for,
    issue_feed,
    revoke_feed,
)
from doorstep.interfaces.office.base import actor_of
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.times import in_lists


class OwnFeedMixin:
    """Adds `own_feed` to the fields that can be shown, and two actions to a row's page."""

    @admin.display(description=_("calendar feed"))
    def own_feed(self, owner: Owner) -> StrOrPromise:
        feed = find_live_feed(owner) if owner.pk else None
        if feed is None:
            return _("None")
        values = {"made": in_lists(feed.created_at), "read": in_lists(feed.last_read_at)}
        if feed.last_read_at is None:
            return _("Made %(made)s, never read") % values
        return _("Made %(made)s, last read %(read)s") % values

    @dialog_action(
        _("Make a calendar feed"),
        description=_(
            "Whoever has its address sees the visits, without signing in. The address is shown "
            "once, and one made earlier stops working."
        ),
        submit=_("Make the address"),
        icon="calendar_add_on",
    )
    def make_feed(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        _feed, code = issue_feed(owner=row, actor=actor_of(request), now=timezone.now())
        url = feed_url(code, host=host_for(row))
        return _("The address, shown this once: %(url)s") % {"url": url}

    @dialog_action(
        _("Stop the calendar feed"),
        description=_("Nobody can read the visits under its address from now on."),
        icon="event_busy",
    )
    def stop_feed(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        feed = find_live_feed(row)
        if feed is None:
            return _("There is no calendar feed.")
        revoke_feed(feed=feed, actor=actor_of(request), now=timezone.now())
        return _("The calendar feed is stopped.")
