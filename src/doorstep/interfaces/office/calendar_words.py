"""Calendars as the office reads them: how each is doing, and what to do about it."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from doorstep.domain.calendars.models import (
    CalendarLink,
    CalendarSettings,
    EventState,
    LinkState,
    SyncedEvent,
)
from doorstep.domain.calendars.selectors import (
    links_by_state,
    profiles_out_of_use,
)
from doorstep.domain.calendars.services.busy import is_stale
from doorstep.domain.organization.models import ConnectorAccount

from .columns import state_badge
from .times import in_lists, office_zone, short_promise

_LIKE = {  # keys of columns.STATE_BADGES
    LinkState.WAITING: "requested",
    LinkState.APPROVED: "pending",
    LinkState.TESTING: "sending",
    LinkState.ENABLED: "completed",
    LinkState.PAUSED: "suppressed",
    LinkState.FAILING: "failed",
}
_EVENT_LIKE = {
    EventState.WAITING: "pending",
    EventState.WRITTEN: "completed",
    EventState.REMOVING: "pending",
    EventState.REMOVED: "closed",
    EventState.LEFT: "suppressed",
    EventState.MISSING: "unknown",
    EventState.FAILED: "failed",
}


def busy_words(link: CalendarLink, settings: CalendarSettings) -> str:
    """When they were last read, whether that is too long ago, and what stands in the way."""
    read = in_lists(link.busy_read_at)
    if link.busy_read_at is not None and is_stale(link, settings, timezone.now()):
        read = _("%(when)s, out of date") % {"when": read}
    return f"{read} ({link.busy_problem})" if link.busy_problem else read


def link_badge(link: CalendarLink) -> tuple[str, Any]:
    return _LIKE[LinkState(link.state)], link.get_state_display()


def event_badge(event: SyncedEvent) -> tuple[str, Any]:
    return _EVENT_LIKE[EventState(event.state)], event.get_state_display()


def state_and_why(link: CalendarLink, *, is_news: bool = False) -> SafeString:
    """The badge, and below it why and since when. As `is_news` it takes, by its id, the place of
    what the page shows."""
    why = "; ".join(part for part in (link.state_reason, hindrance(link)) if part)
    since = _("since %(when)s") % {"when": in_lists(link.state_since)}
    return format_html(
        '<span id="calendar-state-{}"{}>{}{}<span class="office-change">{}</span></span>',
        link.pk,
        SafeString(' hx-swap-oob="true"') if is_news else "",
        state_badge(*link_badge(link)),
        format_html('<span class="office-change">{}</span>', why) if why else "",
        since if link.state != LinkState.ENABLED else "",
    )


def hindrance(link: CalendarLink) -> str:
    """What of its server profile keeps a calendar from being written; "" for nothing."""
    account = link.account
    if not account.is_active:
        return _("The server profile is switched off.")
    if account.paused_until is not None and _is_ahead(account.paused_until):
        return _("The server profile is paused until %(until)s.") % {
            "until": in_lists(account.paused_until)
        }
    return ""


def advice(link: CalendarLink, settings: CalendarSettings) -> str:
    """What somebody has to do, or that nothing has to be done."""
    said = [hindrance(link)]
    match link.state:
        case LinkState.WAITING:
            said.append(_("Approve it: only then may it be tested."))
        case LinkState.APPROVED:
            said.append(_("Test it: an event is written, read and removed. If that works, visits "
                          "are written from then on."))  # fmt: skip
        case LinkState.TESTING:
            said.append(_("A worker writes, reads and removes an event; it takes some seconds."))
        case LinkState.PAUSED:
            said.append(_("Resume it: what stands there is read back and brought up to date."))
        case LinkState.FAILING if link.tested_at is None:
            said.append(_("Mend what the reason says, then test it again. A right that was given "
                          "just now may take two hours to count."))  # fmt: skip
        case LinkState.FAILING:
            said.append(_("Mend what the reason says. It is tried again by itself; “Sync now” does "
                          "it at once."))  # fmt: skip
        case _ if not settings.is_enabled:
            pass
        case _ if not said[0]:
            said.append(_("Nothing."))
    if not settings.is_enabled:
        said.append(_("The sync is switched off in the calendar settings."))
    return " ".join(part for part in said if part)


def in_lines(*parts: str) -> SafeString:
    """One below the other; nothing for what is empty."""
    lines = ((part,) for part in parts if part)
    return format_html_join("", '<span class="office-change">{}</span>', lines)


def drift_words(link: CalendarLink) -> str | SafeString:
    """What the last reconcile found to differ."""
    if link.reconciled_at is None:
        return _("Not read back yet")
    counts = (
        (link.missing_count, _("%(count)s gone")),
        (link.edited_count, _("%(count)s changed by hand")),
        (link.duplicate_count, _("%(count)s there twice")),
        (link.unknown_count, _("%(count)s of ours that we do not know")),
    )
    return in_lines(*(words % {"count": count} for count, words in counts if count)) or _("None")


def next_try(link: CalendarLink) -> str:
    """Of one that waits after a failure; a dash where nothing is held back."""
    paused = link.account.paused_until
    times = [at for at in (link.retry_at, paused) if at is not None and _is_ahead(at)]
    if not times:
        return "–"
    latest = max(times)
    # A refusal that only typing can mend is put off by years.
    if (latest - timezone.now()).days > 365:
        return _("When somebody has mended it")
    return in_lists(latest)


def event_counts_words(link: CalendarLink) -> SafeString | str:
    """Events that wait, were refused or deleted; those need the annotation of the selector."""
    counts: tuple[tuple[int, str], ...] = (
        (getattr(link, "waiting_events", 0), _("%(count)s waiting")),
        (getattr(link, "refused_events", 0), _("%(count)s refused")),
        (getattr(link, "deleted_events", 0), _("%(count)s deleted by hand")),
    )
    return in_lines(*(words % {"count": count} for count, words in counts if count)) or "–"


def event_when(event: SyncedEvent) -> str:
    zone = event.booking.time_zone if event.booking else office_zone().key
    return short_promise(event.starts_at, event.ends_at, zone)


# --- What needs attention --------------------------------------------------------------------


def calendar_problems() -> list[SafeString]:
    """For the front page: calendars that fail, and server profiles that refuse or rest."""
    path = reverse("office:calendars_calendarlink_changelist")
    problems = []
    if failing := links_by_state().get(LinkState.FAILING, 0):
        text = ngettext(
            "%(count)s calendar of a technician cannot be written.",
            "%(count)s calendars of technicians cannot be written.",
            failing,
        ) % {"count": failing}
        problems.append(_with_link(text, f"{path}?state__exact={LinkState.FAILING}"))
    problems += [_with_link(profile_words(profile), path) for profile in profiles_out_of_use()]
    return problems


def profile_words(profile: ConnectorAccount) -> str:
    """Of one that is out of use: what happens to its calendars, and why."""
    if not profile.is_active:
        return _("The server profile “%(name)s” is switched off: nothing is written to its "
                 "calendars.") % {"name": profile.name}  # fmt: skip
    return _("The server profile “%(name)s” is paused until %(until)s: %(reason)s") % {
        "name": profile.name,
        "until": in_lists(profile.paused_until),
        "reason": profile.pause_reason or "–",
    }


def _with_link(text: str, path: str) -> SafeString:
    return format_html('{} <a class="office-link" href="{}">{}</a>', text, path, _("Look"))


def _is_ahead(at: datetime) -> bool:
    return at > timezone.now()
