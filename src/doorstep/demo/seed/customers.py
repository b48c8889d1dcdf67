"""Accounts with contacts, places and assets: households and some organizations.

Rows are put together first and written in a few statements.
"""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation
from doorstep.domain.organization.models import Territory

from .assets import household_kinds, invent_appliance
from .names import People, Person
from .organizations import ORGANIZATIONS, Shape
from .places import NORTH, SOUTH, WEST, Spot, Streets

ACCOUNTS = 300
_TERRITORY_WEIGHTS = {NORTH: 34, SOUTH: 36, WEST: 30}
_SECOND_CONTACT, _OTHER_ADDRESS = 35, 12  # of a hundred households
_OTHER_PLACES = ("Mum's flat", "Dad's house", "Flat we let", "Holiday let", "The old house")
_MAIN_SITE = "Main site"
_NOTES = (
    "Dog in the garden, friendly.",
    "Bell does not work, please knock.",
    "Park in the yard behind the house.",
    "Side gate, code 4071.",
    "Third floor, no lift.",
)
# Positions among the households; about one in a hundred may not use the portal.
_EXCLUDED, _INACTIVE = (57, 188), (131,)


@dataclass(frozen=True, slots=True)
class Site:
    """One thing that can need a visit, and where it is."""

    account: Account
    asset: CustomerAsset
    kind: str
    spot: Spot
    is_landlord: bool

    @property
    def territory(self) -> str:
        return self.spot.territory


@dataclass(slots=True)
class Customers:
    """Everything of the customers, in the order in which it is written."""

    accounts: list[Account] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    primary: list[Contact] = field(default_factory=list)
    locations: list[list[FunctionalLocation]] = field(default_factory=lambda: [[], [], []])
    assets: list[CustomerAsset] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)

    def save(self) -> None:
        """Write the rows, parents before children."""
        Account.objects.bulk_create(self.accounts)
        Contact.objects.bulk_create(self.contacts)
        for account, contact in zip(self.accounts, self.primary, strict=True):
            account.primary_contact = contact
        Account.objects.bulk_update(self.accounts, ["primary_contact"])
        for level in self.locations:
            FunctionalLocation.objects.bulk_create(level)
        CustomerAsset.objects.bulk_create(self.assets)


class CustomerMaker:
    """Puts customers together; `customers.save()` writes them."""

    def __init__(
        self,
        *,
        territories: dict[str, Territory],
        streets: Streets,
        people: People,
        rng: Random,
        today: dt.date,
    ) -> None:
        self.customers = Customers()
        self._territories = territories
        self._streets = streets
        self._people = people
        self._rng = rng
        self._today = today

    def make_everybody(self) -> None:
        """All organizations, and households until there are ACCOUNTS accounts."""
        for name, shape in ORGANIZATIONS.items():
            self._make_organization(name, shape)
        for position in range(ACCOUNTS - len(self.customers.accounts)):
            account = self._make_household()
            account.is_excluded = position in _EXCLUDED
            account.is_active = position not in _INACTIVE

    def add_household(self, person: Person, spot: Spot, notes: str = "") -> Account:
        """A household with its first contact, without assets."""
        account = self._add_account(person.name, spot, notes)
        account.language = person.language
        self._add_contact(account, person, is_primary=True)
        return account

    def add_location(
        self,
        account: Account,
        name: str,
        *,
        spot: Spot | None = None,
        parent: FunctionalLocation | None = None,
        level: int = 0,
        notes: str = "",
    ) -> FunctionalLocation:
        values = spot.values() if spot else {}
        location = FunctionalLocation(
            account=account, parent=parent, name=name, access_notes=notes, **values
        )
        self.customers.locations[level].append(location)
        return location

    def add_asset(
        self,
        account: Account,
        kind: str,
        spot: Spot,
        *,
        location: FunctionalLocation | None = None,
        is_landlord: bool = False,
    ) -> Site:
        appliance = invent_appliance(kind, self._rng, self._today)
        asset = CustomerAsset(
            account=account,
            location=location,
            name=f"{kind}, {_label(location)}" if location else kind,
            product=appliance.product,
            serial_number=appliance.serial_number,
            installed_on=appliance.installed_on,
        )
        self.customers.assets.append(asset)
        site = Site(account, asset, kind, spot, is_landlord)
        self.customers.sites.append(site)
        return site

    def _make_household(self) -> Account:
        rng = self._rng
        person = self._people.invent()
        spot = self._streets.any_in(self._any_territory())
        account = self.add_household(person, spot, rng.choice(_NOTES) if rng.random() < 0.2 else "")
        if rng.randrange(100) < _SECOND_CONTACT:
            partner = self._people.invent(last_name=person.last_name, language=person.language)
            self._add_contact(account, partner)
        kinds = household_kinds(rng)
        elsewhere = len(kinds) > 1 and rng.randrange(100) < _OTHER_ADDRESS
        if elsewhere:
            other = self._streets.any_in(spot.territory)
            place = self.add_location(account, rng.choice(_OTHER_PLACES), spot=other)
            self.add_asset(account, kinds.pop(), other, location=place)
        for kind in kinds:
            self.add_asset(account, kind, spot)
        return account

    def _make_organization(self, name: str, shape: Shape) -> None:
        territory = self._any_territory()
        office = self._streets.any_in(territory)
        account = self._add_account(name, office, shape.notes)
        # Landlords' people sit at a desk: a landline does for them.
        for position in range(2 if shape.is_landlord else self._rng.randint(1, 2)):
            person = self._people.invent()
            phone = self._people.landline() if position else person.phone
            self._add_contact(account, person, phone=phone, is_primary=position == 0)
        site = self.add_location(account, _MAIN_SITE, spot=office) if shape.rooms else None
        for room in shape.rooms:
            place = self.add_location(account, room, parent=site, level=1)
            self._equip(account, shape, office, place)
        for number in range(shape.buildings):
            spot = self._streets.any_in(territory)
            building = self.add_location(
                account, f"Building {chr(65 + number)}", spot=spot, level=1, notes=shape.notes
            )
            for unit in shape.units:
                place = self.add_location(account, unit, parent=building, level=2)
                self._equip(account, shape, spot, place)

    def _equip(self, account: Account, shape: Shape, spot: Spot, place: FunctionalLocation) -> None:
        count = self._rng.randint(1, min(2, len(shape.equipment)))
        for kind in self._rng.sample(shape.equipment, count):
            self.add_asset(account, kind, spot, location=place, is_landlord=shape.is_landlord)

    def _add_account(self, name: str, spot: Spot, notes: str) -> Account:
        account = Account(
            name=name,
            territory=self._territories[spot.territory],
            instructions=notes,
            **spot.values(),
        )
        self.customers.accounts.append(account)
        return account

    def _add_contact(
        self, account: Account, person: Person, *, phone: str = "", is_primary: bool = False
    ) -> Contact:
        contact = Contact(
            account=account,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            phone=phone or person.phone,
            language=person.language,
        )
        self.customers.contacts.append(contact)
        if is_primary:
            self.customers.primary.append(contact)
        return contact

    def _any_territory(self) -> str:
        names, weights = list(_TERRITORY_WEIGHTS), list(_TERRITORY_WEIGHTS.values())
        return self._rng.choices(names, weights)[0]


def _label(location: FunctionalLocation) -> str:
    building = location.parent
    if building is None or building.name == _MAIN_SITE:
        return location.name
    return f"{building.name}, {location.name}"
