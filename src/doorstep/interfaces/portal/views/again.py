"""Book again: the same service for the same asset, from a visit of before."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.selectors import get_visit
from doorstep.interfaces.portal.access import booking_open, contact_required
from doorstep.interfaces.portal.draft import Draft, load_draft, save_draft
from doorstep.interfaces.portal.requests import ContactRequest
from doorstep.interfaces.portal.wishes import assets_to_choose, find_wish


@require_safe
@contact_required
@booking_open
def again(request: ContactRequest, code: str) -> HttpResponse:
    """To the times, or to the first question whose answer of then is no longer to be had.

    Writes nothing but the visitor's own draft; details she has typed for another visit stay.
    """
    try:
        order = get_visit(code=code, contact=request.contact).work_order
    except Booking.DoesNotExist as error:
        raise Http404 from error
    assets = {asset.pk for asset in assets_to_choose(request)}
    asset = order.asset_id if order.asset_id in assets else None
    draft = Draft(
        has_chosen_asset=bool(assets),
        asset=asset,
        service=order.incident_type_id,
        details=load_draft(request).details,
    )
    if order.asset_id is not None and asset is None and assets:
        # It is another one's now, or gone: she has to say what it is about.
        draft.has_chosen_asset = False
        save_draft(request, draft)
        return redirect("portal:book_asset")
    if find_wish(request, draft) is None:
        draft.service = None
        save_draft(request, draft)
        return redirect("portal:book_service")
    save_draft(request, draft)
    return redirect("portal:book_time")
