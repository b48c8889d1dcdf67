"""What Google Calendar's refusals mean, by their reason: a status alone says too little.

https://developers.google.com/workspace/calendar/api/guides/errors; 403 and 429 both mean limits,
and 403 means missing rights of five kinds.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from doorstep.connectors.base import (
    ConnectorError,
    CredentialsRefused,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from doorstep.connectors.calendar.base import LONGEST_WAIT_S, MailboxRefused
from doorstep.connectors.http import HttpResponse, parse_retry_after

# A limit of all that our project asks; the others are of one user or calendar.
LIMITS_OF_ALL = frozenset({"dailyLimitExceeded", "dailyLimitExceededUnreg"})
LIMITS = LIMITS_OF_ALL | {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "calendarUsageLimitsExceeded",
    "concurrentLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
}
# Such limits end after hours, and Google does not say when.
SLOW_LIMITS = LIMITS_OF_ALL | {"quotaExceeded", "calendarUsageLimitsExceeded"}
SLOW_WAIT_S = 3600.0

NOT_SWITCHED_ON = (
    "The Google Calendar API is not switched on in the service account's project: enable it in the "
    "Google Cloud console under APIs & Services."
)
LACKS_SCOPE = (
    "The sign-in lacks a scope. Enter both scopes at the domain-wide delegation in the Google "
    "admin console."
)
ABOUT_THE_ACCOUNT = {
    "accessNotConfigured": NOT_SWITCHED_ON,
    "SERVICE_DISABLED": NOT_SWITCHED_ON,
    "insufficientPermissions": LACKS_SCOPE,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": LACKS_SCOPE,
    "CONSUMER_SUSPENDED": "Google has suspended the service account's project.",
    "CONSUMER_INVALID": "The service account's project does not exist any more.",
}
ABOUT_THE_CALENDAR = {
    "requiredAccessLevel": (
        "{who} may read this calendar only. Share it with them with the permission “Make changes "
        "to events”."
    ),
    "notACalendarUser": (
        "{who} has no Google Calendar. Switch it on for this user in the admin console under Apps, "
        "Google Workspace, Calendar."
    ),
    "forbidden": (
        "Google does not let {who} use this calendar. Share it with them with the permission “Make "
        "changes to events”, and look whether their account is active."
    ),
    "domainPolicy": "The rules of the Workspace domain close Google Calendar to {who}.",
    "notFound": (
        "{who} has no such calendar. Leave the calendar empty for their main one, or enter the "
        "calendar id from its settings in Google Calendar."
    ),
}
OF_OTHERS = frozenset({"forbiddenForNonOrganizer", "forbiddenForServiceAccounts"})
# https://developers.google.com/workspace/calendar/api/guides/quota
_QUOTA_OF_ALL = re.compile(r"PerProject\b|PerDay\b")


def reasons(response: HttpResponse) -> tuple[str, ...]:
    """The reasons in an answer of either shape; none if it is not Google's."""
    return tuple(
        str(each["reason"])[:60]
        for each in _details(response)
        if isinstance(each, Mapping) and "reason" in each
    )


def failure(response: HttpResponse, *, address: str) -> ConnectorError:
    """The error for an answer that is none of 2xx; `address` is whose calendar it was."""
    found = reasons(response)
    status = response.status
    code = next(iter(found), f"http_{status}")
    if LIMITS.intersection(found) or status == 429:
        return _limited(response, found, code)
    for reason in found:
        if reason in ABOUT_THE_ACCOUNT:
            return CredentialsRefused(f"{ABOUT_THE_ACCOUNT[reason]} ({reason})")
        if reason in OF_OTHERS:
            return PermanentFailure(reason, "The event belongs to somebody else.")
        if reason in ABOUT_THE_CALENDAR:
            return MailboxRefused(reason, ABOUT_THE_CALENDAR[reason].format(who=address))
    if status == 401:
        return CredentialsRefused(f"Google does not take our sign-in. ({code})")
    if status == 403:
        text = ABOUT_THE_CALENDAR["forbidden"].format(who=address)
        return MailboxRefused(code, f"{text} ({code})")
    if status == 404:
        return MailboxRefused(code, ABOUT_THE_CALENDAR["notFound"].format(who=address))
    if status >= 500 or status < 400 or status in (408, 409, 412, 425):
        text = f"Google answered with HTTP status {status} ({code})."
        # Google answers so after it has written, too.
        if status >= 500 and not response.is_repeatable:
            return UnknownOutcome(code, text, retry_after_s=_wait_s(response))
        return TemporaryFailure(code, text, retry_after_s=_wait_s(response))
    return PermanentFailure(code, f"Google refused the event ({code}).")


def busy_failure(errors: object, *, address: str) -> ConnectorError:
    """The error for one calendar's part of an answer about free and busy."""
    each = errors[0] if isinstance(errors, list) and errors else None
    reason = str(each.get("reason", "unknown"))[:60] if isinstance(each, Mapping) else "unknown"
    if reason in ABOUT_THE_CALENDAR:
        return MailboxRefused(reason, ABOUT_THE_CALENDAR[reason].format(who=address))
    return TemporaryFailure(reason, f"Google does not say when {address} is busy ({reason}).")


def _limited(response: HttpResponse, found: tuple[str, ...], code: str) -> TemporaryFailure:
    wait_s = _wait_s(response)
    if wait_s is None and SLOW_LIMITS.intersection(found):
        wait_s = SLOW_WAIT_S
    return TemporaryFailure(
        code,
        f"Too many calls for Google ({code}).",
        retry_after_s=wait_s,
        is_for_account=_is_of_all(response, found),
    )


def _is_of_all(response: HttpResponse, found: tuple[str, ...]) -> bool:
    if LIMITS_OF_ALL.intersection(found):
        return True
    limits = (each.get("metadata") for each in _details(response) if isinstance(each, Mapping))
    return any(
        isinstance(limit, Mapping) and _QUOTA_OF_ALL.search(str(limit.get("quota_limit", "")))
        for limit in limits
    )


def _wait_s(response: HttpResponse) -> float | None:
    return parse_retry_after(
        response.headers.get("retry-after"), datetime.now(UTC), longest_s=LONGEST_WAIT_S
    )


def _details(response: HttpResponse) -> Iterator[Any]:
    """`errors` is the older list of reasons, `details` the newer one."""
    try:
        answer = response.json()
    except ConnectorError:
        return
    error = answer.get("error") if isinstance(answer, dict) else None
    for name in ("errors", "details"):
        each = error.get(name) if isinstance(error, dict) else None
        if isinstance(each, list):
            yield from each
