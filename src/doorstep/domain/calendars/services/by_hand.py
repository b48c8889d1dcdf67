"""What staff ask for by hand: look at a calendar now, try a refused event again, try a mailbox."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doorstep.connectors.base import ConnectorError
from doorstep.connectors.calendar.base import Mailbox
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.errors import DomainError

from ..accounts import ServicePaused, check_pause, service_of
from ..bell import ring
from ..models import AT_WORK, CalendarLink, ChangeNotice, EventState, SyncedEvent
from ..selectors import get_calendar_settings
from .places import calling


class CalendarNotInUse(DomainError):
    code = "calendar_not_in_use"
    text = gettext_lazy("Nothing is written to this calendar at the moment: %(why)s")


class MailboxNotReached(DomainError):
    code = "mailbox_not_reached"
    text = gettext_lazy("%(name)s says: %(answer)s")


class NotRefused(DomainError):
    code = "event_not_refused"
    text = gettext_lazy("This event is not refused (any more).")


@transaction.atomic
def look_now(*, link: CalendarLink, actor: Actor, reads_back: bool = False) -> None:
    """A worker shall look at the calendar at once, a wait after failures or not; with `reads_back`
    it compares what stands there as well.

    Raises CalendarNotInUse.
    """
    current = _locked(link)
    check_in_use(current)
    _make_due(current, retry_at=None, **({"reconciled_at": None} if reads_back else {}))
    record(actor=actor, action="read back" if reads_back else "sync asked for", obj=current)
    ring(current.pk)


@transaction.atomic
def retry_event(*, event: SyncedEvent, actor: Actor) -> None:
    """Write an event again that was refused.

    Raises NotRefused, and CalendarNotInUse.
    """
    current = SyncedEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
    link = _locked(event.link)
    if current.state != EventState.FAILED:
        raise NotRefused
    check_in_use(link)
    # Without an id the count says that an attempt may have come through.
    current.attempts = 0 if current.remote_id else min(current.attempts, 1)
    current.state, current.reason = EventState.WAITING, ""
    current.save(update_fields=["state", "reason", "attempts"])
    SyncedEvent.objects.filter(pk=current.pk).update(due_at=Now())
    _make_due(link)
    record(actor=actor, action="tried again", obj=link, data={"event": str(current)})
    ring(link.pk)


def check_in_use(link: CalendarLink) -> None:
    """Raises CalendarNotInUse with what stands in the way of writing."""
    if link.state not in AT_WORK or link.tested_at is None:
        raise CalendarNotInUse(why=link.get_state_display())
    if not get_calendar_settings().is_enabled:
        raise CalendarNotInUse(why=_("The sync is switched off in the calendar settings."))
    if not link.account.is_active:
        raise CalendarNotInUse(why=_("The server profile is switched off."))
    try:
        check_pause(link.account)
    except ServicePaused as pause:
        raise CalendarNotInUse(
            why=link.account.pause_reason or _("The server profile is paused.")
        ) from pause


def check_mailbox(*, account: ConnectorAccount, mailbox: Mailbox, actor: Actor) -> str:
    """What the service answers for this mailbox, as a sentence for staff; nothing is written.

    Raises MailboxNotReached.
    """
    try:
        service = service_of(account)
        with calling(account, service):
            answer = service.open(mailbox).check()
    except ServicePaused as pause:
        raise MailboxNotReached(
            name=account.name, answer=_("It is paused; resume it first, or wait.")
        ) from pause
    except ConnectorError as error:
        data = {"mailbox": mailbox.address, "answer": error.code}
        record(actor=actor, action="tried in vain", obj=account, data=data)
        raise MailboxNotReached(name=account.name, answer=error.text) from error
    record(actor=actor, action="tried", obj=account, data={"mailbox": mailbox.address})
    return answer


def _make_due(link: CalendarLink, **values: object) -> None:
    """The notice outlasts a worker who is busy with it now."""
    CalendarLink.objects.filter(pk=link.pk).update(due_at=Now(), **values)
    ChangeNotice.objects.create(link=link)


def _locked(link: CalendarLink) -> CalendarLink:
    return (
        CalendarLink.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account", "resource")
        .get(pk=link.pk)
    )
