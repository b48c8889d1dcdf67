"""From a customer's draft to what she wishes for; only what is hers to choose is ever found."""

from django.db.models import QuerySet

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.wish import Wish
from doorstep.domain.customers.models import CustomerAsset
from doorstep.domain.customers.selectors import assets_of
from doorstep.domain.work.models import IncidentType
from doorstep.domain.work.selectors import customer_catalog

from .draft import Draft
from .requests import ContactRequest, VisitRequest


def assets_to_choose(request: ContactRequest) -> list[CustomerAsset]:
    """Nothing when the portal does not ask for an asset."""
    if not request.portal.allows_asset_selection:
        return []
    return list(assets_of(request.contact))


def chosen_asset(request: ContactRequest, draft: Draft) -> CustomerAsset | None:
    if draft.asset is None:
        return None
    return next((asset for asset in assets_to_choose(request) if asset.pk == draft.asset), None)


def services_to_choose(request: ContactRequest, draft: Draft) -> QuerySet[IncidentType]:
    return customer_catalog(account=request.contact.account, asset=chosen_asset(request, draft))


def find_wish(request: ContactRequest, draft: Draft) -> Wish | None:
    """None while something is still to be chosen, or is no longer on offer."""
    if draft.service is None:
        return None
    asset = chosen_asset(request, draft)
    if draft.asset is not None and asset is None:
        return None
    catalog = customer_catalog(account=request.contact.account, asset=asset)
    service = catalog.filter(pk=draft.service).first()
    if service is None:
        return None
    return Wish(
        portal=request.portal,
        account=request.contact.account,
        incident_type=service,
        asset=asset,
        contact=request.contact,
    )


def wish_to_move(request: VisitRequest, booking: Booking) -> Wish:
    order = booking.work_order
    return Wish(
        portal=order.portal or request.portal,
        account=order.account,
        incident_type=order.incident_type,
        asset=order.asset,
        booking=booking,
        contact=request.contact,
    )
