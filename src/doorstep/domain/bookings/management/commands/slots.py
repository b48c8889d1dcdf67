"""`doorstep slots`: the offers a customer's page shows, each with the plan behind it."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from doorstep.domain.customers.models import Account, CustomerAsset
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_default_portal
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.models import IncidentType
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import format_short_day, format_time, format_window, parse_day

from ...services.explain import Day, Explanation, explain_wish
from ...services.search import DEFAULT_DAYS, OfferList, Window, search_offers
from ...wish import Wish, place_of


class Command(BaseCommand):
    help = "Print what a customer would be offered, and who would come from where."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--service", required=True, help="name (either one) or id")
        parser.add_argument("--account", required=True, help="name or id")
        parser.add_argument("--asset", help="name or id of an asset of the account")
        parser.add_argument("--portal", help="name; default: the default portal")
        parser.add_argument("--from", dest="from_day", help="first day, YYYY-MM-DD")
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS)
        parser.add_argument("--why", action="store_true", help="say what each one lacks")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        account = _one(Account, options["account"], ("name",))
        asset = None
        if options["asset"]:
            asset = _one(CustomerAsset, options["asset"], ("name",), account=account)
        try:
            portal = (
                Portal.objects.get(name=options["portal"])
                if options["portal"]
                else get_default_portal()
            )
        except Portal.DoesNotExist:
            raise CommandError("There is no such portal.") from None
        wish = Wish(
            portal=portal,
            account=account,
            incident_type=_one(IncidentType, options["service"], ("name", "customer_name")),
            asset=asset,
        )
        try:
            from_day = parse_day(options["from_day"]) if options["from_day"] else None
        except ValueError as error:
            raise CommandError(str(error)) from error
        try:
            asked: Any = {"wish": wish, "now": timezone.now(), "from_day": from_day}
            found = search_offers(**asked, days=options["days"])
            why = explain_wish(**asked, days=options["days"]) if options["why"] else None
        except DomainError as error:
            raise CommandError(str(error)) from error
        names = dict(BookableResource.objects.values_list("pk", "name"))
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(wish, found, names, why), indent=2))
        else:
            self._print(wish, found, names, why)

    def _print(
        self, wish: Wish, found: OfferList, names: dict[int, str], why: Explanation | None
    ) -> None:
        self.stdout.write(
            f"{wish.incident_type} for {wish.account}, {place_of(wish).one_line_address}\n"
            f"Bookable {found.first_day} to {found.last_day}; times are {found.zone}\n"
        )
        for day in found.days:
            self.stdout.write(f"\n{format_short_day(day.day)}")
            if not day.is_bookable:
                self.stdout.write("  outside the lead time")
            elif not day.windows:
                reasons = ", ".join(
                    f"{rule} {count}" for rule, count in found.removed.get(day.day, {}).items()
                )
                self.stdout.write(f"  nothing free ({reasons or 'no windows on this day'})")
            for window in day.windows:
                self.stdout.write(f"  {_line(window, found, names)}")
            for line in _reasons(why, day.day):
                self.stdout.write(f"    {line}")


def _line(window: Window, found: OfferList, names: dict[int, str]) -> str:
    def clock(seconds: int) -> str:
        return format_time(datetime.fromtimestamp(seconds, UTC), found.zone)

    plans = "; ".join(
        f"{names[each.resource_id]} departs {clock(each.departs_s)}, arrives "
        f"{clock(each.arrives_s)}, ends {clock(each.ends_s)}, "
        f"travel +{round(each.added_travel_s / 60)} min, position {each.position}"
        for each in window.plan.assignments
    )
    times = format_window(window.promised_from, window.promised_to, found.zone)
    return f"{times:<14} {plans}{' (about)' if window.is_estimated else ''}"


def _reasons(why: Explanation | None, day: date) -> list[str]:
    return [
        f"{person.name}{f' ({person.role})' if person.role else ''}: {person.words}"
        for told in (why.days if why else ())
        if told.day == day
        for person in told.people
    ]


def _as_data(
    wish: Wish, found: OfferList, names: dict[int, str], why: Explanation | None
) -> dict[str, Any]:
    told = {day.day: day for day in why.days} if why else {}
    return {
        "service": wish.incident_type.name,
        "account": wish.account.name,
        "zone": str(found.zone),
        "first_day": found.first_day.isoformat(),
        "last_day": found.last_day.isoformat(),
        "days": [
            {
                "day": day.day.isoformat(),
                "bookable": day.is_bookable,
                "removed": {str(r): n for r, n in found.removed.get(day.day, {}).items()},
                "windows": [_window_data(window, names) for window in day.windows],
            }
            | ({"why": _why_data(told[day.day], names)} if day.day in told else {})
            for day in found.days
        ],
    }


def _window_data(window: Window, names: dict[int, str]) -> dict[str, Any]:
    return {
        "key": window.key,
        "promised_from": window.promised_from.isoformat(),
        "promised_to": window.promised_to.isoformat(),
        "arrives_at": window.arrives_at.isoformat(),
        "ends_at": window.ends_at.isoformat(),
        "added_travel_seconds": window.added_travel_s,
        "is_estimated": window.is_estimated,
        "plan": [
            {
                "resource": names[each.resource_id],
                "crew": names.get(each.crew_id) if each.crew_id else None,
                "position": each.position,
                "departs_at": datetime.fromtimestamp(each.departs_s, UTC).isoformat(),
                "arrives_at": datetime.fromtimestamp(each.arrives_s, UTC).isoformat(),
                "ends_at": datetime.fromtimestamp(each.ends_s, UTC).isoformat(),
                "added_travel_seconds": each.added_travel_s,
                "moves": len(each.moves),
            }
            for each in window.plan.assignments
        ],
    }


def _why_data(day: Day, names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "resource": person.name,
            "is_crew": person.verdict.is_crew,
            "rule": None if person.verdict.rule is None else str(person.verdict.rule),
            "role": person.role or None,
            "words": person.words,
            "can_come": [
                {
                    "from": datetime.fromtimestamp(each.from_s, UTC).isoformat(),
                    "to": datetime.fromtimestamp(each.to_s, UTC).isoformat(),
                    "in_another_order": each.is_reordered,
                }
                for each in person.verdict.arrivals
            ],
            "nearest_miss": person.miss
            and {
                "resource": names[person.miss.resource_id],
                "free_from": datetime.fromtimestamp(person.miss.free_from_s, UTC).isoformat(),
                "free_to": datetime.fromtimestamp(person.miss.free_to_s, UTC).isoformat(),
                "work_seconds": person.miss.work_s,
                "travel_there_seconds": person.miss.travel_there_s,
                "travel_back_seconds": person.miss.travel_back_s,
                "missing_seconds": person.miss.missing_s,
                "lacks": str(person.miss.lack),
            },
        }
        for person in day.people
    ]


def _one(model: Any, text: str, names: tuple[str, ...], **filters: Any) -> Any:
    condition = Q()
    for name in names:
        condition |= Q(**{f"{name}__iexact": text})
    if text.isdigit():
        condition |= Q(pk=int(text))
    rows = list(model.objects.filter(condition, **filters)[:2])
    kind = model._meta.verbose_name
    if not rows:
        raise CommandError(f"There is no {kind} {text!r}.")
    if len(rows) > 1:
        raise CommandError(f"Several are called {text!r}: give the id of the {kind}.")
    return rows[0]
