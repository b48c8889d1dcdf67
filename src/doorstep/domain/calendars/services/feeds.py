"""Issue, revoke and find the private addresses under which calendars are subscribed to."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.tokens import digest, new_link_code, normalize_code
from doorstep.platform.lib.urls import absolute_url

from ..errors import NoFeedForThem
from ..models import CalendarFeed, FeedEvent

Owner = BookableResource | Contact


def may_have_feed(owner: Owner) -> bool:
    """Whoever could see the same visits by signing in; technicians also without a sign-in."""
    if owner.user is not None and not owner.user.is_active:
        return False
    return owner.may_use_portal if isinstance(owner, Contact) else owner.is_active


def find_live_feed(owner: Owner) -> CalendarFeed | None:
    """The one feed that can be read, if there is one."""
    return CalendarFeed.objects.filter(_owned_by(owner), revoked_at=None).first()


@transaction.atomic
def issue_feed(*, owner: Owner, actor: Actor, now: datetime) -> tuple[CalendarFeed, str]:
    """A new feed and the code of its address, which is told this once; an earlier address stops.

    Raises NoFeedForThem.
    """
    # Two at once: the second waits here, and ends the feed of the first.
    owner = type(owner)._default_manager.select_for_update(no_key=True).get(pk=owner.pk)
    if not may_have_feed(owner):
        raise NoFeedForThem
    before = find_live_feed(owner)
    if before is not None:
        revoke_feed(feed=before, actor=actor, now=now)
    code = new_link_code()
    feed = CalendarFeed.objects.create(
        resource=owner if isinstance(owner, BookableResource) else None,
        contact=owner if isinstance(owner, Contact) else None,
        code_hash=digest(normalize_code(code)),
        created_at=now,
        created_by=actor.user,
    )
    # A program that has read the old address goes on counting where it was.
    FeedEvent.objects.filter(feed__in=CalendarFeed.objects.filter(_owned_by(owner))).update(
        feed=feed
    )
    record(actor=actor, action="issued a calendar feed", obj=owner)
    return feed, code


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, actor: Actor, now: datetime) -> None:
    """At once and for good; again it changes nothing."""
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=now):
        owner = feed.resource or feed.contact
        assert owner is not None
        record(actor=actor, action="revoked a calendar feed", obj=owner)


def find_feed(code: str) -> CalendarFeed | None:
    """The feed that has or once had this code; `read_feed` says whether it still is open."""
    return (
        CalendarFeed.objects.select_related("resource__user", "contact__account", "contact__user")
        .filter(code_hash=digest(normalize_code(code[:100])))
        .first()
    )


def feed_url(code: str, *, host: str | None = None) -> str:
    """`host` is that of the portal from which the link is given, None for the installation's."""
    return absolute_url(reverse("web:calendar_feed", args=[code]), host=host)


def host_for(owner: Owner) -> str | None:
    """Under which name links of the office are given to a customer: that of the default portal."""
    if isinstance(owner, BookableResource):
        return None
    portal = Portal.objects.filter(is_default=True).first()
    return (portal.host_name or None) if portal else None


def _owned_by(owner: Owner) -> Q:
    return Q(resource=owner) if isinstance(owner, BookableResource) else Q(contact=owner)
