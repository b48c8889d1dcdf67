"""The demo company in one call: deterministic, quick, and made as a whole or not at all."""

import datetime as dt
from dataclasses import dataclass
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Account
from doorstep.domain.customers.models.contact import MessageChannel
from doorstep.domain.organization.models import Company, Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.identity.models import User
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import local_day

from ..connector import ensure_texts_account
from .catalog import Catalog, make_catalog
from .checklists import make_checklists
from .customers import CustomerMaker
from .demand import Demand
from .messages import choose_channels, make_message_settings, make_task, write_messages
from .names import People
from .on_site import write_on_site
from .organization import COMPANY_NAME, make_organization
from .places import TIME_ZONE, Streets
from .planner import Planner
from .progress import Chronicle
from .promises import Promises
from .records import set_created, write_assignments, write_requirements, write_work_orders
from .roster import Roster
from .sign_ins import CAROL, DANA, JONAS, LAYLA, SIGN_INS, SignIn, make_users
from .story import make_story, plan_story
from .surveys import make_surveys, write_answers
from .team import make_team
from .timing import History, history_of
from .visits import Visit

# Six weeks around today.
DAYS_BACK, DAYS_AHEAD = 21, 20
_CUSTOMER_FOR_DAYS = (60, 2500)


class NotEmpty(DomainError):
    """The demo company would mix with real data."""

    code = "not_empty"
    text = _(
        "This installation has data of its own already. The demo company is made in an empty "
        "database only."
    )


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What to print. `is_new` is False when the company was there already."""

    company: str
    sign_ins: tuple[SignIn, ...]
    is_new: bool


def seed_company(*, now: datetime, seed: int = 1) -> SeedReport:
    """Make the demo company around `now` unless it is there; the same day and seed give the same.

    Raises NotEmpty when the database has customers, portals or resources that are not the demo's.
    """
    is_new = not _is_seeded()
    if is_new:
        with transaction.atomic():
            company = Company.objects.select_for_update().get(pk=get_company().pk)
            is_new = not _is_seeded()
            if is_new:
                _refuse_if_in_use()
                _make(company, now, seed)
    return SeedReport(COMPANY_NAME, SIGN_INS, is_new)


def _is_seeded() -> bool:
    return Company.objects.filter(name=COMPANY_NAME).exists()


def _refuse_if_in_use() -> None:
    if any(model.objects.exists() for model in (Account, BookableResource, Portal, User)):
        raise NotEmpty


def _make(company: Company, now: datetime, seed: int) -> None:
    today = local_day(now, ZoneInfo(TIME_ZONE))
    # Customers are the same whatever the day; the plan is not.
    rng = Random(f"customers {seed}")  # noqa: S311 (not for secrets)
    plan_rng = Random(f"plan {seed} {today.isoformat()}")  # noqa: S311
    streets, people = Streets(rng), People(rng)
    users = make_users()
    organization = make_organization(company, streets, today)
    catalog = make_catalog()
    checklists = make_checklists(catalog)
    team = make_team(organization, catalog, streets, people, today)
    for resource in team.technicians.values():
        if resource.email in users:
            resource.user = users[resource.email]
            resource.save(update_fields=["user"])
    maker = CustomerMaker(
        territories=organization.territories,
        streets=streets,
        people=people,
        rng=rng,
        today=today,
    )
    story = make_story(maker, streets, people)
    story.contacts[JONAS].message_channel = MessageChannel.SMS
    for email in (CAROL, LAYLA, JONAS):
        story.contacts[email].user = users[email]
        story.contacts[email].has_seen_profile = True
    story_sites = set(map(id, maker.customers.sites))
    maker.make_everybody()
    in_story = set(map(id, story.contacts.values()))
    choose_channels(
        [contact for contact in maker.customers.contacts if id(contact) not in in_story], rng
    )
    maker.customers.save()
    accounts = maker.customers.accounts
    set_created(
        accounts, [now - dt.timedelta(days=rng.randint(*_CUSTOMER_FOR_DAYS)) for _ in accounts]
    )
    first, last = (today + dt.timedelta(days=days) for days in (-DAYS_BACK, DAYS_AHEAD))
    roster = Roster(team, company, today, first, last)
    others = [site for site in maker.customers.sites if id(site) not in story_sites]
    demand = Demand(others, roster, plan_rng)
    planner = Planner(roster, demand, Promises(organization, plan_rng), plan_rng)
    plan_story(story, planner, organization, today)
    bookings, histories = _write(planner.plan_everything(), catalog, users, now)
    write_on_site(bookings, histories, checklists, users)
    ensure_texts_account()
    make_message_settings((organization.portal, organization.landlord_portal))
    make_surveys((organization.portal, organization.landlord_portal))
    write_messages(
        bookings,
        histories,
        told_all=set(story.contacts.values()),
        fallback=organization.portal,
        now=now,
    )
    carol = story.contacts[CAROL]
    write_answers(bookings, but=carol, now=now)
    hers = max(
        (booking for visit, booking in bookings.items() if visit.contact == carol),
        key=lambda booking: booking.promised_from,
    )
    make_task(carol, hers, now=now)


def _write(
    visits: list[Visit], catalog: Catalog, users: dict[str, User], now: datetime
) -> tuple[dict[Visit, Booking], dict[Visit, History]]:
    histories = {visit: history_of(visit, now=now) for visit in visits}
    ordered = sorted(visits, key=lambda visit: histories[visit].created_at)
    # A work order comes before the visit that continues it.
    ordered.sort(key=lambda visit: visit.first is not None)
    chronicle = Chronicle(users, users[DANA])
    work_orders = write_work_orders(ordered, catalog)
    requirements = write_requirements(work_orders, catalog)
    bookings = chronicle.write_bookings(work_orders, histories)
    write_assignments(bookings, requirements)
    chronicle.settle(bookings, requirements, histories)
    chronicle.write_history(bookings, histories)
    return bookings, histories
