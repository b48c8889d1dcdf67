"""What the dialogs about a booking ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from doorstep.domain.bookings.lifecycle import may_change
from doorstep.domain.bookings.models import Booking, BookingStatus, ParentStatus
from doorstep.interfaces.office.dialogs import DialogForm
from doorstep.platform.lib.tokens import new_code


class CancelForm(DialogForm):
    """`key` makes a second submit of the same dialog harmless."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_code)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Kept with the visit; the customer may see it."),
    )


class StatusForm(DialogForm):
    status = forms.ModelChoiceField(
        label=_("New status"),
        queryset=BookingStatus.objects.none(),
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        booking = find_booking(self.object_id)
        self.fields["status"].queryset = next_statuses(booking)


def find_booking(object_id: Any) -> Booking | None:
    if not str(object_id).isdecimal():
        return None
    return Booking.objects.select_related("status").filter(pk=int(object_id)).first()


def next_statuses(booking: Booking | None) -> Any:
    """Statuses the booking may get now; canceling has a dialog of its own, with a reason."""
    if booking is None:
        return BookingStatus.objects.none()
    allowed = [
        parent
        for parent in ParentStatus
        if parent is not ParentStatus.CANCELED and may_change(booking.parent_status, parent)
    ]
    return BookingStatus.objects.filter(parent__in=allowed).exclude(pk=booking.status_id)
