"""Which appliance needs whom: visits that make sense, spread over the customers."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from random import Random

from .assets import BOILER, DRYER, FREEZER, FRIDGE, HEAT_PUMP, OVEN, WASHER
from .catalog import (
    BOILER_REPAIR,
    BOILER_SERVICE,
    COLD_REPAIR,
    CONTROLS_VISIT,
    GAS_CHECK,
    LAUNDRY_REPAIR,
    OVEN_REPAIR,
    PHONE_ADVICE,
    RECALL,
    WARRANTY_CHECK,
    Kind,
)
from .customers import Site
from .roster import Roster
from .staff import Technician

_KINDS: dict[str, dict[str, int]] = {
    BOILER: {
        BOILER_SERVICE.name: 34, BOILER_REPAIR.name: 28, GAS_CHECK.name: 8,
        CONTROLS_VISIT.name: 20, PHONE_ADVICE.name: 5, WARRANTY_CHECK.name: 3,
    },
    HEAT_PUMP: {CONTROLS_VISIT.name: 80, PHONE_ADVICE.name: 10},
    WASHER: {LAUNDRY_REPAIR.name: 88, PHONE_ADVICE.name: 4, WARRANTY_CHECK.name: 6},
    DRYER: {LAUNDRY_REPAIR.name: 80, RECALL.name: 12, WARRANTY_CHECK.name: 6},
    FRIDGE: {COLD_REPAIR.name: 90, PHONE_ADVICE.name: 4, WARRANTY_CHECK.name: 6},
    FREEZER: {COLD_REPAIR.name: 94, WARRANTY_CHECK.name: 6},
    OVEN: {OVEN_REPAIR.name: 90, PHONE_ADVICE.name: 4, WARRANTY_CHECK.name: 6},
}  # fmt: skip
_BY_NAME: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        BOILER_SERVICE, BOILER_REPAIR, GAS_CHECK, CONTROLS_VISIT, LAUNDRY_REPAIR, COLD_REPAIR,
        OVEN_REPAIR, PHONE_ADVICE, RECALL, WARRANTY_CHECK,
    )
}  # fmt: skip
# Landlords need a certificate for every boiler, every year.
_LANDLORD_CHECKS = 40
_LOOKED_AT, _SHORT_LIST = 18, 5
_REST_DAYS = 8
# Nobody is sent where only a rare kind of job could be done: the total is about a hundred.
_OWN_TRADE = 20
# Customers with at least so many appliances have a visit for each sooner or later.
_LARGE = 8
# One visit more (per appliance, if there are many) makes a customer as unlikely as so much travel.
_VISIT_WEIGHT_S = 1500


class Demand:
    """Proposes sites for a technician, the least visited and nearest first."""

    def __init__(self, sites: list[Site], roster: Roster, rng: Random) -> None:
        self._roster = roster
        self._rng = rng
        self._sites = [
            site for site in sites if site.account.is_active and not site.account.is_excluded
        ]
        self._size = Counter(id(site.account) for site in self._sites)
        self._visits: Counter[int] = Counter()
        self._last: dict[int, dt.date] = {}
        self._pools: dict[tuple[str, bool], list[tuple[Site, list[Kind]]]] = {}

    def of_kind(self, kind: str, territories: tuple[str, ...]) -> list[Site]:
        """All sites with one kind of appliance, in random order."""
        found = [
            each for each in self._sites if each.kind == kind and each.territory in territories
        ]
        self._rng.shuffle(found)
        return found

    def is_rested(self, site: Site, day: dt.date) -> bool:
        """Whether nobody was at the appliance lately, or will be soon."""
        last = self._last.get(id(site))
        return last is None or abs((day - last).days) >= _REST_DAYS

    def note(self, site: Site, day: dt.date) -> None:
        """Remember a visit."""
        self._visits[id(site.account)] += 1
        self._last[id(site)] = day

    def proposals(
        self, technician: Technician, day: dt.date, seconds_to: Callable[[Site], float]
    ) -> list[tuple[Site, Kind]]:
        """A few sites with what is to be done there; `seconds_to` says how far a site is."""
        pool = self._pool(technician, day)
        if not pool:
            return []
        seen = self._rng.sample(pool, min(_LOOKED_AT, len(pool)))
        ranked = [
            (seconds_to(site) + _VISIT_WEIGHT_S * self._saturation(site), index)
            for index, (site, _kinds) in enumerate(seen)
            if self.is_rested(site, day)
        ]
        short_list = [seen[index] for _score, index in sorted(ranked)[:_SHORT_LIST]]
        return [(site, self._choose(site, kinds)) for site, kinds in short_list]

    def _saturation(self, site: Site) -> float:
        size = self._size[id(site.account)]
        return self._visits[id(site.account)] / (1.5 * size if size >= _LARGE else 1)

    def _pool(self, technician: Technician, day: dt.date) -> list[tuple[Site, list[Kind]]]:
        # Certificates that run out are the only thing about it that changes from day to day.
        ended = any(
            (day - self._roster.today).days > ends for ends in technician.certificate_ends.values()
        )
        key = (technician.name, ended)
        if key not in self._pools:
            pool = []
            for site in self._sites:
                kinds = [
                    _BY_NAME[name]
                    for name in _KINDS[site.kind]
                    if self._roster.can(technician, _BY_NAME[name].needs, day)
                ]
                share = sum(_KINDS[site.kind][kind.name] for kind in kinds)
                if share >= _OWN_TRADE and site.territory in technician.territories:
                    pool.append((site, kinds))
            self._pools[key] = pool
        return self._pools[key]

    def _choose(self, site: Site, kinds: list[Kind]) -> Kind:
        weights = [
            _LANDLORD_CHECKS
            if kind is GAS_CHECK and site.is_landlord
            else _KINDS[site.kind][kind.name]
            for kind in kinds
        ]
        return self._rng.choices(kinds, weights)[0]
