"""Words for what only the office and the terminal read: whom a rule takes out, what a gap lacks.

English so far, as the office is; the catalogs of the customers' languages leave this file out.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from doorstep.engine import Lack, Miss, Rule, Target, Verdict
from doorstep.platform.lib.site_time import format_time, format_window

RULE_WORDS: Mapping[Rule, StrPromise] = {
    Rule.SEARCHABLE: gettext_lazy("Not available to search"),
    Rule.KIND: gettext_lazy("Another kind of resource than the job asks for"),
    Rule.WORK_LOCATION: gettext_lazy("Cannot work there: no start place, or it does not travel"),
    Rule.RESTRICTED: gettext_lazy("Restricted for this customer or job"),
    Rule.MUST_CHOOSE_FROM: gettext_lazy("Not among those the customer or job must choose from"),
    Rule.CREW_SIZE: gettext_lazy("Too few members of the crew work on that day"),
    Rule.SKILL: gettext_lazy("Lacks a skill or its rating, or it is not valid then"),
    Rule.TERRITORY: gettext_lazy("Does not serve the territory"),
    Rule.RADIUS: gettext_lazy("Starts outside the portal's radius"),
    Rule.WORKING_HOURS: gettext_lazy("Does not work in any of the day's windows"),
    Rule.NO_GAP: gettext_lazy("No free time that is long enough"),
    Rule.NOT_TOGETHER: gettext_lazy("Has time, but not together with the others the job needs"),
}


def window_words(target: Target, zone: ZoneInfo) -> str:
    """ "10:00–12:00", at the place of work."""
    return format_window(_instant(target.from_s), _instant(target.to_s), zone)


def verdict_words(
    verdict: Verdict, zone: ZoneInfo, names: Mapping[int, str], stops: Mapping[int, str], now_s: int
) -> str:
    """A sentence on one resource's day. `names` are those of resources, `stops` of planned visits
    by the ids of their stops."""
    windows = _windows(verdict, zone)
    if verdict.rule is None:
        if windows:
            return _("Can come: %(windows)s.") % {"windows": windows}
        return _("Its members have time, but not at the same moment.")
    if verdict.rule is Rule.NOT_TOGETHER and windows:
        return _("Has time (%(windows)s), but the others the job needs do not then.") % {
            "windows": windows
        }
    if verdict.rule is Rule.NOT_TOGETHER and verdict.is_crew:
        return _("Its members have time, but not at the same moment.")
    if verdict.rule is Rule.NO_GAP:
        if verdict.miss is None:
            return _("No part of the day is left that could be used.")
        told = _miss_words(verdict.miss, zone, stops, now_s)
        if verdict.miss.resource_id != verdict.id:
            return _("%(name)s: %(told)s") % {
                "name": names[verdict.miss.resource_id],
                "told": told,
            }
        return told
    return f"{RULE_WORDS[verdict.rule]}."


def _windows(verdict: Verdict, zone: ZoneInfo) -> str:
    in_order: dict[Target, bool] = {}
    for each in verdict.arrivals:
        in_order[each.target] = in_order.get(each.target, False) or not each.is_reordered
    return ", ".join(
        window_words(target, zone)
        if is_in_order
        else _("%(window)s (with its other visits in another order)")
        % {"window": window_words(target, zone)}
        for target, is_in_order in in_order.items()
    )


def _miss_words(miss: Miss, zone: ZoneInfo, stops: Mapping[int, str], now_s: int) -> str:
    travel_s = miss.travel_there_s + miss.travel_back_s
    told = {
        "between": _between(miss, stops, now_s),
        "free": format_window(_instant(miss.free_from_s), _instant(miss.free_to_s), zone),
        "from": format_time(_instant(miss.free_from_s), zone),
        "onward": _minutes(miss.travel_back_s),
        "there": _minutes(miss.travel_there_s),
        "work": _minutes(miss.work_s),
        "travel": _minutes(travel_s),
        "missing": _minutes(miss.missing_s),
        "window": window_words(miss.target, zone),
    }
    if miss.lack is Lack.WINDOW:
        text = _(
            "%(between)s: free from %(from)s, and %(there)s away. That is %(missing)s too late "
            "for %(window)s."
        )
    elif miss.lack is Lack.ONWARD:
        text = _(
            "%(between)s: free %(free)s, but the way on to the next visit, which begins after "
            "that, takes %(onward)s. That is %(missing)s too long."
        )
    elif miss.free_to_s <= miss.free_from_s:
        text = _(
            "%(between)s: no free time; needs %(work)s of work and %(travel)s of travel for "
            "%(window)s."
        )
    elif miss.lack is Lack.TRAVEL:
        text = _(
            "%(between)s: free %(free)s, needs %(work)s of work and %(travel)s of travel. The ways "
            "alone are too long; %(missing)s are missing for %(window)s."
        )
    else:
        text = _(
            "%(between)s: free %(free)s, needs %(work)s of work and %(travel)s of travel. "
            "%(missing)s are missing for %(window)s."
        )
    return text % told


def _between(miss: Miss, stops: Mapping[int, str], now_s: int) -> str:
    other = _("a break or an absence")
    after = before = None
    if miss.after_stop_id is not None:
        after = stops.get(miss.after_stop_id, other)
    if miss.before_stop_id is not None:
        before = stops.get(miss.before_stop_id, other)
    if after is None and before is None:
        return _("The whole day") if miss.free_from_s > now_s else _("The rest of the day")
    if after is None:
        return _("Before %(before)s") % {"before": before}
    if before is None:
        return _("After %(after)s") % {"after": after}
    return _("Between %(after)s and %(before)s") % {"after": after, "before": before}


def _minutes(seconds: int) -> str:
    return _("%(minutes)s min") % {"minutes": -(-seconds // 60)}


def _instant(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
