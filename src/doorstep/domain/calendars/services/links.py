"""Set up a technician's calendar: approve, test and enable, pause and resume."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from doorstep.connectors.base import ConnectorError, CredentialsRefused
from doorstep.connectors.calendar.base import CalendarEvent, MailboxCalendar, Removal
from doorstep.domain.organization.models import ConnectorKind
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.secrets import SecretUnreadable
from doorstep.platform.lib.tokens import new_code

from ..accounts import ServicePaused, asked_wait, is_for_account, service_of
from ..bell import ring_for_test
from ..errors import CalendarBusy, NotApproved, ServiceNotSetUp
from ..events import CalendarLinkRecovered
from ..models import CalendarLink, LinkState
from .lease import claim_now, release
from .places import calling

# The test event lies a day ahead, is shown as free, and is gone a moment later.
_TEST_IN, _TEST_LASTS = timedelta(days=1), timedelta(minutes=15)
# How references of such events begin, and of no visit.
TEST_REFERENCE = "test-"
# What of a calendar is typed; the rest is written by workers.
TYPED = ("account", "address", "calendar", "password_encrypted")


@transaction.atomic
def approve(*, link: CalendarLink, actor: Actor) -> CalendarLink:
    """Somebody in charge agrees that we write to this calendar; again it changes nothing."""
    current = _locked(link)
    if current.state == LinkState.WAITING:
        _enter(current, LinkState.APPROVED)
        current.approved_by, current.approved_at = actor.user, database_now()
        current.save(update_fields=["approved_by", "approved_at"])
        record(actor=actor, action="approved", obj=current)
    return current


@transaction.atomic
def ask_for_test(*, link: CalendarLink, actor: Actor) -> CalendarLink:
    """A worker writes, reads and removes an event; if all goes well the calendar is enabled.

    Raises NotApproved, or ServiceNotSetUp for an account that is switched off.
    """
    current = _locked(link)
    if current.state == LinkState.WAITING:
        raise NotApproved
    account = current.account
    if not account.is_active or account.kind != ConnectorKind.CALENDAR:
        raise ServiceNotSetUp(name=account.name)
    if current.state != LinkState.TESTING:
        if current.state == LinkState.FAILING:
            # What it waits for is that somebody mends it; perhaps that has been done.
            CalendarLink.objects.filter(pk=current.pk).update(retry_at=None)
        _enter(current, LinkState.TESTING)
        record(actor=actor, action="test asked for", obj=current)
    ring_for_test(current.pk)
    return current


@transaction.atomic
def pause(*, link: CalendarLink, actor: Actor) -> CalendarLink:
    """What is written stays, nothing new is written. That it failed is nobody's task any more."""
    current = _locked(link)
    if current.state in (LinkState.ENABLED, LinkState.FAILING, LinkState.TESTING):
        if current.state == LinkState.FAILING:
            publish(CalendarLinkRecovered(link_id=current.pk))
        _enter(current, LinkState.PAUSED)
        record(actor=actor, action="paused", obj=current)
    return current


@transaction.atomic
def resume(*, link: CalendarLink, actor: Actor) -> CalendarLink:
    """Go on, after reading back what stands there. Tested anew if it never was."""
    current = _locked(link)
    if current.state != LinkState.PAUSED:
        return current
    record(actor=actor, action="resumed", obj=current)
    if current.tested_at is None:
        _enter(current, LinkState.TESTING)
        ring_for_test(current.pk)
        return current
    _enter(current, LinkState.ENABLED)
    CalendarLink.objects.filter(pk=current.pk).update(
        reconciled_at=None, retry_at=None, failures=0, due_at=Now()
    )
    return current


@transaction.atomic
def change_mailbox(*, link: CalendarLink, actor: Actor) -> None:
    """Save another profile, mailbox or calendar as it was typed: what stands in the old one stays
    there, unlinked, and the new one needs approval and a test. A worker who still writes to the old
    one loses its lease and stops."""
    link.events.all().delete()  # before the lock, as in `renew`
    link.save(update_fields=TYPED)
    current = _locked(link)
    current.busy_times.all().delete()
    CalendarLink.objects.filter(pk=current.pk).update(
        tested_at=None, approved_at=None, approved_by=None, reconciled_at=None, retry_at=None,
        failures=0, succeeded_at=None, lease_code="", lease_until=None, missing_count=0,
        edited_count=0, duplicate_count=0, unknown_count=0, busy_read_at=None, busy_tried_at=None,
        busy_problem="",
    )  # fmt: skip
    _enter(current, LinkState.WAITING)
    record(actor=actor, action="other mailbox", obj=current)


@transaction.atomic
def delete_link(*, link: CalendarLink, actor: Actor) -> None:
    """What stands in the calendar stays there; that it failed is nobody's task any more."""
    record(
        actor=actor, action="calendar removed", obj=link.resource, data={"mailbox": link.address}
    )
    publish(CalendarLinkRecovered(link_id=link.pk))
    link.delete()


# --- The test ----------------------------------------------------------------------------------


def run_test(*, link_id: int, now: datetime) -> LinkState | None:
    """Write, read and remove an event; what comes of it is the calendar's state and its reason.

    None when no test was asked for. Raises CalendarBusy while somebody else writes to it.
    """
    lease = claim_now(link_id)
    if lease is None:
        raise CalendarBusy
    next_in = timedelta(minutes=1)
    try:
        link = CalendarLink.objects.select_related("account").get(pk=link_id)
        if link.state != LinkState.TESTING:
            return None
        if link.retry_at is not None and link.retry_at > database_now():
            return LinkState.TESTING
        try:
            problem = _problem(link, now=now)
        except ServicePaused as pause:
            return _test_later(link, pause.until)
        except ConnectorError as error:
            return _test_later(link, database_now() + (asked_wait(error) or timedelta(minutes=1)))
        with transaction.atomic():
            current = _locked(link)
            if current.state != LinkState.TESTING:
                return LinkState(current.state)  # paused meanwhile
            if problem:
                _enter(current, LinkState.FAILING, problem)
            else:
                _enter(current, LinkState.ENABLED)
                CalendarLink.objects.filter(pk=link_id).update(
                    tested_at=Now(), succeeded_at=Now(), reconciled_at=None, retry_at=None,
                    failures=0,
                )  # fmt: skip
                next_in = timedelta(0)
            return LinkState(current.state)
    finally:
        release(lease, next_in=next_in)


def _test_later(link: CalendarLink, at: datetime) -> LinkState:
    """The service asked to wait, which says nothing about this calendar; the sweep rings again."""
    CalendarLink.objects.filter(pk=link.pk).update(retry_at=at)
    return LinkState.TESTING


def _problem(link: CalendarLink, *, now: datetime) -> str:
    """What is wrong, in words, and at which step; "" when everything works.

    Raises ServicePaused, and the connector's error where the service only asks to wait.
    """
    step = _("Signing in")
    try:
        service = service_of(link.account)
        calendar = service.open(link.mailbox)
        with calling(link.account, service):
            calendar.check()
            step = _("Writing a test event")
            event = _test_event(now=now)
            written = calendar.create(event)
            step = _("Reading the test event")
            try:
                found = calendar.read(written)
            except ConnectorError as error:
                # Where we have to wait, reading back finds it later.
                if asked_wait(error) is None:
                    calendar.remove(written, reference=event.reference)
                raise
            removal = calendar.remove(written, reference=event.reference)
            if found is None or found.starts_at != event.starts_at:
                return _("%(step)s: it was written, but does not show in the calendar.") % {
                    "step": step
                }
            if removal is not Removal.REMOVED:
                return _("Removing the test event: the service says it is not ours.")
            if _still_there(calendar, event):
                return _("Removing the test event: it still shows in the calendar.")
    except SecretUnreadable as error:
        return f"{step}: {error}"
    except CredentialsRefused as error:
        return _("%(step)s, for the server profile as a whole: %(why)s") % {
            "step": step,
            "why": error.text,
        }
    except ConnectorError as error:
        if asked_wait(error) is not None or is_for_account(error):
            raise
        return _("%(step)s: %(why)s") % {"step": step, "why": error.text}
    return ""


def _still_there(calendar: MailboxCalendar, event: CalendarEvent) -> bool:
    found = calendar.list_ours(event.starts_at - _TEST_LASTS, event.ends_at + _TEST_LASTS)
    return any(each.reference == event.reference for each in found)


def _test_event(*, now: datetime) -> CalendarEvent:
    starts_at = (now + _TEST_IN).replace(second=0, microsecond=0)
    return CalendarEvent(
        reference=f"{TEST_REFERENCE}{new_code()}",
        generation=1,
        sequence=1,
        title=_("Doorstep test, gone in a moment"),
        text=_("Doorstep tests whether it may write visits to this calendar."),
        starts_at=starts_at,
        ends_at=starts_at + _TEST_LASTS,
        changed_at=now,
        is_busy=False,
    )


# --- Shared ------------------------------------------------------------------------------------


def _enter(link: CalendarLink, state: LinkState, reason: str = "") -> None:
    if link.state != state or link.state_reason != reason:
        link.state, link.state_reason, link.state_since = state, reason[:500], database_now()
        link.save(update_fields=["state", "state_reason", "state_since"])


def _locked(link: CalendarLink) -> CalendarLink:
    return (
        CalendarLink.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account")
        .get(pk=link.pk)
    )
