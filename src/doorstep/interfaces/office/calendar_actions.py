# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""What can be done with calendars: one of them by a dialog, many at once from the list."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from doorstep.domain.calendars.models import AT_WORK, CalendarLink, LinkState
from doorstep.domain.calendars.services.by_hand import look_now
from doorstep.domain.calendars.services.links import approve, ask_for_test, pause, resume
from doorstep.platform.lib.errors import DomainError

from .base import actor_of
from .calendar_summary import note_tests
from .dialogs import DialogForm, dialog_action


class CalendarActionsMixin:
    """Each is offered where the state allows it; the services record who did it."""

    actions_detail = (
        "approve_it", "test_it", "sync_now", "read_back_now", "pause_it", "resume_it",
    )  # fmt: skip
    actions = ("approve_all", "test_all")
    get_object: Callable[..., Any]

    def find_link(self, request: HttpRequest, object_id: Any) -> CalendarLink | None:
        found = self.get_object(request, str(object_id)) if object_id is not None else None
        return found if isinstance(found, CalendarLink) else None

    def has_approve_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, lambda link: link.state == LinkState.WAITING)

    def has_test_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        not_now = (LinkState.WAITING, LinkState.TESTING)
        return self._may(request, obj, lambda link: link.state not in not_now)

    def has_sync_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(
            request, obj, lambda link: link.state in AT_WORK and link.tested_at is not None
        )

    def has_pause_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, lambda link: link.state in (*AT_WORK, LinkState.TESTING))

    def has_resume_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj, lambda link: link.state == LinkState.PAUSED)

    def _may(
        self, request: HttpRequest, object_id: Any, is_fit: Callable[[CalendarLink], bool]
    ) -> bool:
        """Without an id it is asked in general."""
        if not request.user.has_perm("calendars.change_calendarlink"):
            return False
        if object_id is None:
            return True
        link = self.find_link(request, object_id)
        return link is not None and is_fit(link)

    # --- One -----------------------------------------------------------------------------------

    @dialog_action(
        _("Approve"),
        description=_("You agree that visits are written to this mailbox. A test comes next."),
        permissions=("approve",),
        icon="check",
    )
    def approve_it(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        approve(link=row, actor=actor_of(request))
        return _("It is approved. Test it now, to have visits written.")

    @dialog_action(
        _("Test & enable"),
        description=_(
            "An event is written a day ahead, shown as free, read back and removed. If that works, "
            "visits are written from then on."
        ),
        permissions=("test",),
        icon="network_check",
    )
    def test_it(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        ask_for_test(link=row, actor=actor_of(request))
        note_tests(request, [row.pk])
        return _("It is being tested; the list shows what comes of it.")

    @dialog_action(
        _("Sync now"),
        description=_("What waits is written at once, even if it would be tried later."),
        permissions=("sync",),
        icon="sync",
    )
    def sync_now(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        look_now(link=row, actor=actor_of(request))
        return _("A worker looks at it now.")

    @dialog_action(
        _("Read back now"),
        description=_("What stands in the calendar is compared with what should, and repaired."),
        permissions=("sync",),
        icon="fact_check",
    )
    def read_back_now(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        look_now(link=row, actor=actor_of(request), reads_back=True)
        return _("A worker reads it back now; “Drift found” tells the result in a moment.")

    @dialog_action(
        _("Pause"),
        description=_("What is written stays. Nothing new is written, nothing removed."),
        permissions=("pause",),
        icon="pause",
    )
    def pause_it(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        pause(link=row, actor=actor_of(request))
        return _("It is paused.")

    @dialog_action(
        _("Resume"),
        description=_("What stands there is read back and brought up to date."),
        permissions=("resume",),
        icon="play_arrow",
    )
    def resume_it(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        resume(link=row, actor=actor_of(request))
        return _("It goes on.")

    # --- Many ----------------------------------------------------------------------------------

    @admin.action(description=_("Approve"), permissions=["approve"])
    def approve_all(self, request: HttpRequest, rows: QuerySet[CalendarLink]) -> None:
        waiting = rows.filter(state=LinkState.WAITING)
        done = _each(request, waiting, lambda link: approve(link=link, actor=actor_of(request)))
        told = ngettext(
            "%(count)s calendar is approved.", "%(count)s calendars are approved.", len(done)
        )
        messages.success(request, told % {"count": len(done)})

    @admin.action(description=_("Test & enable"), permissions=["test"])
    def test_all(self, request: HttpRequest, rows: QuerySet[CalendarLink]) -> None:
        fit = rows.exclude(state__in=(LinkState.WAITING, LinkState.TESTING))
        waiting = rows.filter(state=LinkState.WAITING).count()
        done = _each(request, fit, lambda link: ask_for_test(link=link, actor=actor_of(request)))
        note_tests(request, done)
        told = ngettext(
            "%(count)s calendar is tested.", "%(count)s calendars are tested.", len(done)
        )
        messages.success(request, told % {"count": len(done)})
        if waiting:
            left = ngettext(
                "%(count)s is left out: approve it first.",
                "%(count)s are left out: approve them first.",
                waiting,
            )
            messages.warning(request, left % {"count": waiting})


def _each(
    request: HttpRequest, links: Iterable[CalendarLink], do: Callable[[CalendarLink], object]
) -> list[int]:
    """The ids of those it was done with; what a service refuses is told, and the rest goes on."""
    done: list[int] = []
    refusals: dict[str, None] = {}
    for link in links:
        try:
            do(link)
        except DomainError as refusal:
            refusals[str(refusal)] = None
        else:
            done.append(link.pk)
    for told in refusals:
        messages.error(request, told)
    return done
