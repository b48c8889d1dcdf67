"""The three customers who can sign in, and the visits on their home pages."""

import datetime as dt
from dataclasses import dataclass

from doorstep.domain.customers.models import Contact

from .assets import BOILER, OVEN, WASHER
from .catalog import BOILER_SERVICE, CONTROLS_VISIT, LAUNDRY_REPAIR, OVEN_REPAIR, Kind
from .customers import CustomerMaker, Site
from .names import People
from .organization import Organization
from .places import Streets
from .planner import Planner
from .sign_ins import CAROL, JONAS, LAYLA

# First and last day that will do, counted from today.
_LONG_AGO, _LATELY, _SOON = (-18, -11), (-9, -2), (4, 14)


@dataclass(frozen=True, slots=True)
class _Appointment:
    site: Site
    kind: Kind
    days: tuple[int, int]
    from_hour: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """Who they are and what they have."""

    contacts: dict[str, Contact]
    appointments: tuple[_Appointment, ...]

    @property
    def sites(self) -> list[Site]:
        return [appointment.site for appointment in self.appointments]


def make_story(maker: CustomerMaker, streets: Streets, people: People) -> Story:
    """Add the households of Carol, whose washing machine is at her mother's, of Layla, and of
    Jonas, who wants text messages only."""
    home = streets.any_of("West Didsbury")
    carol = maker.add_household(
        people.named("Carol", "Whitfield", email=CAROL), home, "Bell is broken, please knock."
    )
    moms = streets.any_of("Chorlton")
    flat = maker.add_location(
        carol, "Mum's flat", spot=moms, notes="Second floor. Ring at Whitfield."
    )
    boiler = maker.add_asset(carol, BOILER, home)
    washer = maker.add_asset(carol, WASHER, moms, location=flat)

    layla_home = streets.any_of("Cheetham Hill")
    layla = maker.add_household(
        people.named("Layla", "Haddad", language="ar", email=LAYLA), layla_home
    )
    oven = maker.add_asset(layla, OVEN, layla_home)
    maker.add_asset(layla, BOILER, layla_home)
    maker.add_asset(layla, WASHER, layla_home)

    jonas_home = streets.any_of("Chorlton")
    jonas = maker.add_household(
        people.named("Jonas", "Becker", language="de", email=JONAS), jonas_home
    )
    jonas_boiler = maker.add_asset(jonas, BOILER, jonas_home)
    maker.add_asset(jonas, WASHER, jonas_home)
    contacts = {contact.email: contact for contact in maker.customers.contacts}
    return Story(
        {email: contacts[email] for email in (CAROL, LAYLA, JONAS)},
        (
            _Appointment(boiler, BOILER_SERVICE, _LONG_AGO, 8),
            _Appointment(washer, LAUNDRY_REPAIR, _LATELY, 13, "It stops before spinning: E18."),
            _Appointment(
                boiler, CONTROLS_VISIT, _SOON, 10, "The bedroom stays cold when it is windy."
            ),
            _Appointment(oven, OVEN_REPAIR, _LATELY, 10),
            _Appointment(oven, OVEN_REPAIR, _SOON, 13, "باب الفرن لا يُغلق جيدًا."),
            _Appointment(jonas_boiler, BOILER_SERVICE, _LATELY, 8),
            _Appointment(jonas_boiler, CONTROLS_VISIT, _SOON, 15, "Bitte bei Becker klingeln."),
        ),
    )


def plan_story(story: Story, planner: Planner, organization: Organization, today: dt.date) -> None:
    """Put their visits into the empty plan, so that there is room for them."""
    for each in story.appointments:
        first, last = each.days
        days = [today + dt.timedelta(days=offset) for offset in range(first, last + 1)]
        visit = planner.plan_visit(
            each.kind, each.site, days, portal=organization.portal, from_hour=each.from_hour
        )
        if each.note:
            visit.notes.append(each.note)
