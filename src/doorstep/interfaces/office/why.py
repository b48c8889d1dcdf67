"""The page "Why no time?": what a search sees on some days, and what each technician lacks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.services.explain import Explanation, explain_wish
from doorstep.domain.bookings.services.search import bookable_days
from doorstep.domain.bookings.wish import Wish, place_of
from doorstep.domain.customers.models import Account, CustomerAsset
from doorstep.domain.organization.selectors import find_portal
from doorstep.domain.work.models import WorkOrder
from doorstep.domain.work.selectors import customer_catalog
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import format_day, format_zone

from .columns import link_to
from .dialogs import find_row
from .forms.why import WhyForm

_DAYS = 3
_PERMISSIONS = (
    "bookings.view_booking",
    "customers.view_account",
    "resources.view_bookableresource",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """For whom one asks. Of a visit or a work order the service is known."""

    parameter: str
    row: Model
    account: Account
    asset: CustomerAsset | None = None
    work_order: WorkOrder | None = None
    booking: Booking | None = None


def why_context(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """What the page shows. Http404 for a subject that is not there, PermissionDenied for those who
    may not see one."""
    if not all(request.user.has_perm(each) for each in _PERMISSIONS):
        raise PermissionDenied
    context: dict[str, Any] = {"title": _("Why no time?")}
    subject = _subject_of(request)
    if subject is None:
        return context | {"accounts": reverse("office:customers_account_changelist")}
    form = WhyForm(_asked(request, subject, now), label_suffix="")
    if subject.work_order is not None:
        del form.fields["service"]
    context |= {"form": form, "subject": subject, "subject_link": link_to(subject.row)}
    if not form.is_valid():
        return context
    wish = _wish_of(subject, form.cleaned_data)
    context["place"] = place_of(wish).one_line_address
    try:
        told = explain_wish(
            wish=wish, now=now, from_day=form.cleaned_data["day"], days=form.cleaned_data["days"]
        )
    except DomainError as refusal:
        return context | {"refusal": str(refusal)}
    return context | _told(told)


def _told(told: Explanation) -> dict[str, Any]:
    return {
        "days": [{"name": format_day(day.day), "told": day} for day in told.days],
        "zone": format_zone(told.zone),
        "first_day": format_day(told.first_day),
        "last_day": format_day(told.last_day),
    }


def _subject_of(request: HttpRequest) -> Subject | None:
    booking = _row(request, "booking", Booking.objects.select_related("work_order__account"))
    if booking is not None:
        order = booking.work_order
        return Subject("booking", booking, order.account, order.asset, order, booking)
    order = _row(request, "work_order", WorkOrder.objects.select_related("account", "asset"))
    if order is not None:
        visits = order.bookings.exclude(status__parent=ParentStatus.CANCELED)
        return Subject(
            "work_order", order, order.account, order.asset, order, visits.order_by("pk").last()
        )
    asset = _row(request, "asset", CustomerAsset.objects.select_related("account"))
    if asset is not None:
        return Subject("asset", asset, asset.account, asset)
    account = _row(request, "account", Account.objects.all())
    return None if account is None else Subject("account", account, account)


def _row(request: HttpRequest, parameter: str, rows: Any) -> Any:
    if parameter not in request.GET:
        return None
    text = request.GET[parameter]
    found = rows.filter(pk=int(text)).first() if text.isascii() and text.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _asked(request: HttpRequest, subject: Subject, now: datetime) -> dict[str, Any]:
    """What was sent; where nothing was, what is asked for most."""
    order = subject.work_order
    portal = (order.portal if order else None) or find_portal("")
    service = customer_catalog(account=subject.account, asset=subject.asset).first()
    asked = {
        "service": service and service.pk,
        "portal": portal and portal.pk,
        "day": "",
        "days": _DAYS,
    }
    kind = order.incident_type if order else service
    if portal is not None and kind is not None:
        wish = Wish(portal, subject.account, kind, subject.asset, subject.booking)
        asked["day"] = bookable_days(wish, now=now)[0].isoformat()
    return asked | {name: request.GET[name] for name in asked if name in request.GET}


def _wish_of(subject: Subject, asked: dict[str, Any]) -> Wish:
    order = subject.work_order
    return Wish(
        portal=asked["portal"],
        account=subject.account,
        incident_type=order.incident_type if order else asked["service"],
        asset=subject.asset,
        booking=subject.booking,
    )


class WhyMixin:
    """A button on a row's page that leads here; `why_parameter` says what the row is."""

    why_parameter = ""

    @action(  # type: ignore[untyped-decorator]
        description=gettext_lazy("Why no time?"),
        permissions=["view"],
        icon="event_upcoming",
        url_path="why",
    )
    def why_no_time(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = find_row(self, request, object_id)
        return redirect(f"{reverse('office:why')}?{self.why_parameter}={row.pk}")
