"""The way of a call through Graph: token, limits, scripted faults, batches, and the log of it."""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

from .answers import Answer, Call, GraphError, error
from .api import Calendars
from .faults import Fault, FaultScript, LoggedRequest, RequestLog
from .limits import Limits
from .tokens import SignIn

MOST_IN_BATCH = 20
# So many calls of a batch Exchange works on at a time.
BATCH_AT_ONCE = 4
_MAILBOX = re.compile(r"/users/([^/]+)")


class Gateway:
    """`takes_s` is how long each call is under way."""

    def __init__(self, calendars: Calendars, sign_in: SignIn) -> None:
        self.calendars = calendars
        self.sign_in = sign_in
        self.limits = Limits()
        self.faults = FaultScript()
        self.log = RequestLog()
        self.takes_s = 0.0

    def answer(self, call: Call) -> Answer:
        if call.path == "/$batch" and call.method == "POST":
            return self._batch(call)
        entry = self.log.arrived(call.method, call.path, mailbox_of(call.path))
        try:
            answer = self._single(call, entry)
        except BaseException:
            self.log.answered(entry, 500)
            raise
        self._log(entry, answer)
        return answer

    def _single(self, call: Call, entry: LoggedRequest) -> Answer:
        if self.takes_s:
            time.sleep(self.takes_s)
        if not self.sign_in.is_valid(call.headers.get("authorization", "")):
            return error(401, "InvalidAuthenticationToken", "Access token has expired.")
        refusal = self.limits.refusal(entry.mailbox, entry.in_flight)
        return refusal or self._scripted(call, entry.mailbox)

    def _scripted(self, call: Call, mailbox: str) -> Answer:
        fault = self.faults.next_for(call.method, call.path, mailbox)
        if fault is None:
            return self.calendars.answer(call)
        if fault.is_done:
            done = self.calendars.answer(call)
            if done.status >= 400:
                return done
        return _spoilt(fault)

    def _log(self, entry: LoggedRequest, answer: Answer) -> None:
        self.log.answered(
            entry,
            answer.status,
            answer.code,
            retry_after_s=answer.retry_after_s,
            is_for_account=answer.is_for_account,
        )

    # --- Batches ---

    def _batch(self, call: Call) -> Answer:
        try:
            items = _batch_items(call.body)
        except GraphError as problem:
            return problem.answer
        # One that depends on another is not under way together with it.
        chains = sum(1 for item in items if not item.get("dependsOn"))
        weight = min(chains, BATCH_AT_ONCE)
        entry = self.log.arrived("POST", "/$batch", weight=weight)
        try:
            answer = self._batch_answer(call, items, entry)
        except BaseException:
            self.log.answered(entry, 500)
            raise
        self._log(entry, answer)
        return answer

    def _batch_answer(
        self, call: Call, items: list[dict[str, Any]], entry: LoggedRequest
    ) -> Answer:
        if self.takes_s:
            time.sleep(self.takes_s)
        if not self.sign_in.is_valid(call.headers.get("authorization", "")):
            return error(401, "InvalidAuthenticationToken", "Access token has expired.")
        fault = self.faults.next_for("POST", "/$batch", "")
        if fault is not None and not fault.is_done:
            return _spoilt(fault)
        others = entry.in_flight - entry.weight
        statuses: dict[str, int] = {}
        responses = []
        for number, item in enumerate(items):
            in_flight = others + number % max(entry.weight, 1) + 1
            answer = self._batch_item(call, item, in_flight, statuses, entry.arrived_at)
            statuses[item["id"]] = answer.status
            shown: dict[str, Any] = {
                "id": item["id"],
                "status": answer.status,
                "headers": {"Content-Type": "application/json", **answer.headers},
            }
            if answer.body is not None:
                shown["body"] = answer.body
            responses.append(shown)
        # In any order, as Graph's may come.
        responses.reverse()
        if fault is not None:
            return _spoilt(fault)
        return Answer(200, {"responses": responses})

    def _batch_item(
        self,
        call: Call,
        item: dict[str, Any],
        in_flight: int,
        statuses: Mapping[str, int],
        arrived_at: float,
    ) -> Answer:
        inner = _inner_call(call, item)
        mailbox = mailbox_of(inner.path)
        for earlier in item.get("dependsOn", ()):
            if not 200 <= statuses.get(earlier, 0) < 300:
                return error(424, "FailedDependency", "A call this one depends on has failed.")
        # The places are taken by the batch as a whole.
        entry = self.log.arrived(inner.method, inner.path, mailbox, weight=0)
        # All calls of a batch came when it came: what the first one is told, the last cannot know.
        entry.arrived_at = arrived_at
        answer = self.limits.refusal(mailbox, in_flight)
        if answer is None and "body" in item and "content-type" not in inner.headers:
            answer = error(400, "BadRequest", "Write request must have a Content-Type header.")
        if answer is None:
            answer = self._scripted(inner, mailbox)
        if answer.status == 0 or answer.raw is not None:
            # Inside a batch no connection can be cut, and no garbage sent.
            answer = error(504, "UnknownError")
        self._log(entry, answer)
        return answer


def mailbox_of(path: str) -> str:
    found = _MAILBOX.match(path)
    return found[1].lower() if found else ""


def split_target(target: str) -> tuple[str, dict[str, str]]:
    """Decoded path and query of a request's target."""
    parts = urlsplit(target)
    return unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))


def _spoilt(fault: Fault) -> Answer:
    if fault.hangs_up:
        return Answer(0)
    if fault.body is not None:
        return Answer(fault.status, raw=fault.body)
    answer = error(
        fault.status,
        fault.code or "UnknownError",
        retry_after=fault.retry_after(datetime.now(UTC)),
        is_for_account=fault.is_for_account,
    )
    return replace(answer, retry_after_s=fault.retry_after_s)


def _batch_items(body: Any) -> list[dict[str, Any]]:
    items = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise GraphError(400, "BadRequest", "Invalid batch payload format.")
    if not 1 <= len(items) <= MOST_IN_BATCH:
        raise GraphError(400, "MaximumValueExceeded", "Too many requests in the batch.")
    ids = [item.get("id") for item in items]
    if len(set(ids)) != len(ids) or not all(isinstance(each, str) and each for each in ids):
        raise GraphError(400, "BadRequest", "Request ids must be unique and not empty.")
    return items


def _inner_call(call: Call, item: Mapping[str, Any]) -> Call:
    path, query = split_target(str(item.get("url", "")))
    headers = {str(name).lower(): str(value) for name, value in item.get("headers", {}).items()}
    headers.setdefault("client-request-id", str(uuid4()))
    return Call(
        str(item.get("method", "")).upper(), path, query, headers, item.get("body"), call.base
    )
