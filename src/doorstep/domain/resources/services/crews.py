"""Who belongs to a crew, and until when."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from doorstep.platform.audit.services import Actor, record

from ..errors import MembershipOverlaps, NotACrew
from ..models import BookableResource, CrewMember, ResourceKind


@transaction.atomic
def add_crew_member(
    *,
    crew: BookableResource,
    member: BookableResource,
    from_on: date | None = None,
    to_on: date | None = None,
    is_leader: bool = False,
    actor: Actor,
) -> CrewMember:
    """A membership on these days, both included; None is open. Raises NotACrew,
    MembershipOverlaps, or ValidationError when it ends before it begins."""
    if crew.kind != ResourceKind.CREW or member.kind == ResourceKind.CREW:
        raise NotACrew
    BookableResource.objects.select_for_update(no_key=True).get(pk=crew.pk)
    others = CrewMember.objects.filter(crew=crew, member=member)
    if to_on is not None:
        others = others.filter(Q(from_on__isnull=True) | Q(from_on__lte=to_on))
    if from_on is not None:
        others = others.filter(Q(to_on__isnull=True) | Q(to_on__gte=from_on))
    if others.exists():
        raise MembershipOverlaps(member=member)
    membership = CrewMember(
        crew=crew, member=member, from_on=from_on, to_on=to_on, is_leader=is_leader
    )
    membership.full_clean()
    membership.save()
    record(actor=actor, action="member added", obj=crew, data={"member": member.name})
    return membership


@transaction.atomic
def end_crew_membership(*, membership: CrewMember, last_day: date, actor: Actor) -> CrewMember:
    """Raises ValidationError when the last day lies before the first."""
    membership.to_on = last_day
    membership.full_clean()
    membership.save(update_fields=["to_on"])
    record(
        actor=actor,
        action="membership ended",
        obj=membership.crew,
        data={"member": membership.member.name, "last_day": last_day.isoformat()},
    )
    return membership
