"""Let django-anymail speak through our own HTTP client, with its limits and address checks."""

from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from doorstep.connectors.http import HttpClient

# Set by our client itself; compressed answers it does not take.
LEFT_TO_THE_CLIENT = frozenset({"accept-encoding", "connection", "content-length", "host"})


class GuardedSession(requests.Session):
    """A session whose every request goes through `client`.

    Connector errors of the client pass through anymail untouched. No redirects, no settings from
    the environment.
    """

    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Through(client))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """None: a redirect is an answer like any other."""
        return None


class _Through(BaseAdapter):
    def __init__(self, client: HttpClient) -> None:
        super().__init__()
        self._client = client

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002
        timeout: object = None,  # noqa: ARG002
        verify: bool | str = True,  # noqa: ARG002
        cert: object = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        body: Any = request.body
        answer = self._client.request(
            request.method or "GET",
            request.url or "",
            content=body.encode() if isinstance(body, str) else body,
            headers={
                name: value.decode() if isinstance(value, bytes) else value
                for name, value in request.headers.items()
                if name.lower() not in LEFT_TO_THE_CLIENT
            },
        )
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.encoding = "utf-8"
        response.url = request.url or ""
        response.request = request
        response.reason = ""
        response._content = answer.body  # as requests' own adapters' callers find it
        return response

    def close(self) -> None:
        """Nothing of its own; the client closes its connections."""
