"""What the dialogs about links without sign-in ask for."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.interfaces.office.dialogs import DialogForm

_MOST_DAYS = 3650


class ExtendCodeForm(DialogForm):
    days = forms.IntegerField(
        label=_("Opens the visit for … days from now"),
        required=False,
        min_value=1,
        max_value=_MOST_DAYS,
        initial=30,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("Empty: as long after the visit as the portal says, also when it is moved."),
    )


class NewCodeForm(ExtendCodeForm):
    contact = forms.ModelChoiceField(
        label=_("For"),
        queryset=Contact.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Whatever is done by the link is noted as done by this contact."),
    )
    field_order = ("contact", "days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = None
        booking = find_booking(self.object_id)
        if booking is not None:
            self.fields["contact"].queryset = contacts_for(booking)
            self.fields["contact"].initial = (
                booking.work_order.reported_by_id
                or booking.booked_by_id
                or booking.work_order.account.primary_contact_id
            )


def find_booking(object_id: Any) -> Booking | None:
    if not str(object_id).isdecimal():
        return None
    found = Booking.objects.select_related("work_order__account").filter(pk=int(object_id))
    return found.first()


def contacts_for(booking: Booking) -> Any:
    """Those who may be told of the visit: of the account, and who reported or booked it."""
    order = booking.work_order
    named = [pk for pk in (order.reported_by_id, booking.booked_by_id) if pk]
    return Contact.objects.filter(Q(account=order.account_id) | Q(pk__in=named), is_active=True)
