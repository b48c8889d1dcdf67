"""Assign: a dispatcher gives a visit a time or a team, under the same locks as a customer."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doorstep.domain.resources.models import BookableResource
from doorstep.engine import Offer, Target
from doorstep.platform.audit.services import Actor
from doorstep.platform.lib.site_time import local_day

from ..days import Apart
from ..errors import NotChangeable, OfferGone
from ..models import Booking, ParentStatus
from ..rules import lock_booking, portal_of
from ..snapshot import open_planning
from ..timetable import Promise
from ..wish import Wish, zone_of
from .moving import team_of_booking, write_move
from .placing import place


class TeamNotFree(OfferGone):
    """What a dispatcher is told; a customer never chooses the team."""

    code = "team_not_free"
    text = gettext_lazy(
        "%(who)s: no room in that window between working hours, other visits, absences and "
        "appointments of their own, with the ways between."
    )


@transaction.atomic
def move_booking(
    *,
    booking: Booking,
    promise: Promise,
    actor: Actor,
    now: datetime,
    resource_ids: Collection[int] = (),
) -> Booking:
    """Move `booking` to a promise of the dispatcher's choice; cut-offs and lead time do not bind.

    `resource_ids` names the team; without it anybody who can keep the promise may come. Skills,
    hours and travel bind as ever. Raises TeamNotFree, NotChangeable, ChangedMeanwhile.
    """
    planning = open_planning(now)  # while nothing is written yet
    wish = Wish(
        portal=portal_of(booking),
        account=booking.work_order.account,
        incident_type=booking.work_order.incident_type,
        asset=booking.work_order.asset,
        booking=booking,
    )
    target = Target(
        id=0,
        day=local_day(promise.from_at, zone_of(wish)),
        from_s=int(promise.from_at.timestamp()),
        to_s=int(promise.to_at.timestamp()),
    )

    def write(offer: Offer) -> Booking:
        current = lock_booking(booking)
        if current.parent_status is not ParentStatus.SCHEDULED:
            raise NotChangeable()
        return write_move(current=current, offer=offer, actor=actor, now=now)

    try:
        return place(
            planning=planning,
            wish=wish,
            target=target,
            now=now,
            apart=Apart(bookings=frozenset({booking.pk})),
            write=write,
            first_choice=resource_ids,
            nobody_else=bool(resource_ids),
            also_lock=team_of_booking(booking),
        )
    except OfferGone as error:
        names = BookableResource.objects.filter(pk__in=resource_ids).order_by("name")
        raise TeamNotFree(
            who=", ".join(str(each) for each in names) or _("Nobody who may do it")
        ) from error
