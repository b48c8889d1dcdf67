"""What is planned: visits with who comes, what was promised, and what becomes of them."""

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.models import WorkLocation
from doorstep.platform.values.geo import Coordinates

from .catalog import Kind
from .customers import Site
from .day_plan import DayPlan


class Outcome(Enum):
    AS_PLANNED = "as planned"
    PARTLY_DONE = "partly done"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Part:
    """One technician's part; crews are named on the parts of their members."""

    resource: BookableResource
    plan: DayPlan
    role: int = 0
    crew: BookableResource | None = None


@dataclass(eq=False, slots=True)
class Visit:
    """One visit. `times` holds departure, arrival, end per part once the day is settled.

    `first` is the visit whose work order this one continues. `chance` decides what happens to it,
    whatever happens to others.
    """

    kind: Kind
    site: Site
    day: dt.date
    parts: list[Part]
    arrives_s: int
    promised_s: tuple[int, int]
    portal: Portal | None
    chance: Random
    outcome: Outcome = Outcome.AS_PLANNED
    first: "Visit | None" = None
    notes: list[str] = field(default_factory=list)
    times: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def ends_s(self) -> int:
        return self.arrives_s + self.kind.minutes * 60

    @property
    def place(self) -> Coordinates | None:
        """Where it is; None by phone."""
        is_on_site = self.kind.location == WorkLocation.ONSITE
        return self.site.spot.coordinates if is_on_site else None

    @property
    def contact(self) -> Contact:
        """Who reported it."""
        contact = self.site.account.primary_contact
        if contact is None:
            raise LookupError(f"{self.site.account} has no primary contact")
        return contact
