"""Calls to Graph with everything each of them needs: token, headers, pages, batches."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from doorstep.connectors.base import TemporaryFailure, UnknownOutcome
from doorstep.connectors.calendar.outlook_errors import failure, request_id
from doorstep.connectors.calendar.outlook_events import bad_answer
from doorstep.connectors.http import HttpClient, HttpResponse
from doorstep.connectors.microsoft import Tokens

log = logging.getLogger(__name__)

# On every call, or ids would change when a user moves an event to another folder.
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC"'
MOST_IN_BATCH = 20
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class GraphCall:
    """`path` is encoded and begins after the version; `needs` names a call of the same batch that
    has to come out well before this one."""

    id: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    needs: str = ""
    is_repeatable: bool = True


class Graph:
    """One application at one Graph. Safe to share between threads."""

    def __init__(self, base_url: str, tokens: Tokens, client: HttpClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._client = client

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self.ask("GET", with_query(path, params or {}))

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        is_repeatable: bool = True,
    ) -> dict[str, Any]:
        """The answer's object, {} for none. Raises what `failure` makes of anything else."""
        response = self._send(method, self._base_url + path, body, is_repeatable)
        return _object(response)

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page."""
        url = self._base_url + with_query(path, params)
        for _page in range(MOST_PAGES):
            answer = _object(self._send("GET", url, None, is_repeatable=True))
            items = answer.get("value")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise bad_answer()
            yield from items
            following = answer.get("@odata.nextLink")
            if following is None:
                return
            # The token goes there too, so nowhere else.
            if not isinstance(following, str) or not following.startswith(f"{self._base_url}/"):
                raise bad_answer()
            url = following
        raise TemporaryFailure("too_many_pages", f"The calendar has over {MOST_PAGES} pages.")

    def batch(self, calls: Sequence[GraphCall]) -> dict[str, HttpResponse]:
        """Up to 20 calls in one. What the answer leaves out is left out; raises when there is
        none, UnknownOutcome if one of the calls may not be repeated."""
        assert len(calls) <= MOST_IN_BATCH
        is_repeatable = all(call.is_repeatable for call in calls)
        body = {"requests": [_batch_item(call) for call in calls]}
        try:
            answer = _object(self._send("POST", f"{self._base_url}/$batch", body, is_repeatable))
        except (TemporaryFailure, UnknownOutcome) as error:
            # A batch is addressed to no mailbox: what is refused as a whole, the application is.
            error.is_for_account = error.is_for_account or error.retry_after_s is not None
            raise
        responses = answer.get("responses")
        if not isinstance(responses, list):
            raise _lost(is_repeatable)
        by_id = {call.id: call for call in calls}
        found = {}
        for each in responses:
            if isinstance(each, dict) and each.get("id") in by_id:
                found[each["id"]] = _from_batch(each, by_id[each["id"]].is_repeatable)
        return found

    def _send(
        self, method: str, url: str, body: Mapping[str, Any] | None, is_repeatable: bool
    ) -> HttpResponse:
        """The answer; with a new token once, when the old one is refused."""
        for is_last in (False, True):
            token = self._tokens.get()
            ours = str(uuid4())
            headers = {
                "Authorization": f"Bearer {token}",
                "Prefer": PREFER,
                "client-request-id": ours,
            }
            response = self._client.request(
                method, url, json=body, headers=headers, repeatable=is_repeatable
            )
            # Neither address nor body: both tell of people.
            log.debug(
                "Graph answered %s with %s (client-request-id %s, %s)",
                method,
                response.status,
                ours,
                request_id(response),
            )
            if response.status != 401 or is_last:
                return response
            self._tokens.forget(token)
        raise AssertionError("the loop returns")


def object_of(response: HttpResponse) -> dict[str, Any]:
    """As `Graph.ask` would answer; for the parts of a batch."""
    return _object(response)


def with_query(path: str, params: Mapping[str, str]) -> str:
    query = urlencode(params, quote_via=quote)
    return f"{path}?{query}" if query else path


def segment(text: str) -> str:
    """One part of a path, whatever is in it."""
    return quote(text, safe="@")


def _object(response: HttpResponse) -> dict[str, Any]:
    if response.status not in (200, 201, 202, 204):
        raise failure(response)
    if not response.body and response.status in (202, 204):
        return {}
    answer = response.json()
    if not isinstance(answer, dict):
        raise _lost(response.is_repeatable)
    return answer


def _batch_item(call: GraphCall) -> dict[str, Any]:
    headers = {"Prefer": PREFER, "client-request-id": str(uuid4())}
    item: dict[str, Any] = {"id": call.id, "method": call.method, "url": call.path}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
        item["body"] = call.body
    if call.needs:
        item["dependsOn"] = [call.needs]
    return {**item, "headers": headers}


def _from_batch(item: Mapping[str, Any], is_repeatable: bool) -> HttpResponse:
    headers = item.get("headers")
    named = headers.items() if isinstance(headers, dict) else ()
    status, body = item.get("status"), item.get("body")
    return HttpResponse(
        status if isinstance(status, int) else 0,
        {str(name).lower(): str(value) for name, value in named},
        b"" if body is None else json.dumps(body).encode(),
        is_repeatable,
    )


def _lost(is_repeatable: bool) -> TemporaryFailure | UnknownOutcome:
    wrong = bad_answer()
    return wrong if is_repeatable else UnknownOutcome(wrong.code, wrong.text)
