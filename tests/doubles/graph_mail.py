"""Microsoft's sign-in and Graph's mail of one tenant, well-behaved until told otherwise."""

import json
import re
import time
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock
from urllib.parse import parse_qs, unquote, urlsplit

from tests.doubles.http import HttpDouble, Reply, Request, json_reply

TENANT, CLIENT, SECRET = "contoso.example", "app-1", "right-secret"
MAILBOX = "visits@contoso.example"
AT_ONCE = 4

# Behavior of one sendMail, after which the next of the script comes.
THEN_500 = "accept, then answer 500"
THEN_504 = "accept, then answer 504"
THEN_HANG_UP = "accept, then hang up"
THEN_SILENCE = "accept, then say nothing"
BEHAVIORS = {
    THEN_500: Reply(500),
    THEN_504: Reply(504, b"<html>Gateway Timeout</html>"),
    THEN_HANG_UP: Reply(hangs_up=True),
    THEN_SILENCE: Reply(202, wait_s=30),
}


def graph_error(status: int, code: str, inner: str = "", **headers: str) -> Reply:
    """An answer as Graph words it; `retry_after` and the like become headers."""
    error: dict[str, object] = {"code": code, "message": "Something in English."}
    if inner:
        error["innerError"] = {"code": inner, "date": "2026-11-23T09:00:00"}
    names = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Reply(
        status,
        json.dumps({"error": error}).encode(),
        {"Content-Type": "application/json", "request-id": "r-1", **names},
    )


@dataclass
class GraphMailDouble(HttpDouble):
    """`script` tells what the next sendMails do: an error, or one of the behaviors above.

    `sent` is what left and lies in Sent Items, the oracle of the tests. With
    `rewrites_message_id` it replaces our Message-ID, as Exchange may.
    """

    script: Iterable[Reply | str] = ()
    rewrites_message_id: bool = False
    token_lasts_s: int = 3599
    token_reply: Reply | None = None
    takes_s: float = 0
    sent: list[EmailMessage] = field(default_factory=list)
    tokens_given: int = 0
    valid_tokens: set[str] = field(default_factory=set)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self._script = iter(self.script)
        self._busy = 0
        self._lock = Lock()

    def answer(self, request: Request) -> Reply:
        path = unquote(urlsplit(request.path).path)
        if path.endswith("/oauth2/v2.0/token"):
            return self.token_reply or self._token(request, path.split("/")[1])
        if request.headers.get("authorization", "")[7:] not in self.valid_tokens:
            return graph_error(401, "InvalidAuthenticationToken")
        if not path.startswith(f"/v1.0/users/{MAILBOX}/"):
            return graph_error(404, "ErrorInvalidUser")
        with self._lock:
            self._busy += 1
            busy, self.most_at_once = self._busy, max(self._busy, self.most_at_once)
        try:
            if busy > AT_ONCE:
                return graph_error(429, "ApplicationThrottled", retry_after="1")
            time.sleep(self.takes_s)
            if path.endswith("/sendMail"):
                return self._send(request)
            return self._list(request)
        finally:
            with self._lock:
                self._busy -= 1

    def expire_tokens(self) -> None:
        self.valid_tokens.clear()

    def _token(self, request: Request, tenant: str) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        assert form["grant_type"] == "client_credentials"
        assert form["scope"].endswith("/.default")
        if tenant != TENANT:
            return _refused(400, "invalid_request", 90002)
        if form["client_id"] != CLIENT:
            return _refused(400, "unauthorized_client", 700016)
        if form["client_secret"] == "expired-secret":
            return _refused(401, "invalid_client", 7000222)
        if form["client_secret"] != SECRET:
            return _refused(401, "invalid_client", 7000215)
        self.tokens_given += 1
        token = f"token-{self.tokens_given}"
        self.valid_tokens.add(token)
        return json_reply(
            {"token_type": "Bearer", "expires_in": self.token_lasts_s, "access_token": token}
        )

    def _send(self, request: Request) -> Reply:
        step = next(self._script, None)
        if isinstance(step, Reply):
            return step
        if request.headers["content-type"] == "text/plain":
            try:
                content = b64decode(request.body, validate=True)
            except BadBase64:
                return graph_error(400, "ErrorMimeContentInvalidBase64String")
            mail = message_from_bytes(content, policy=policy.default)
        else:
            mail = _from_json(json.loads(request.body)["message"])
            if mail is None:
                return graph_error(400, "InvalidInternetMessageHeader")
        assert isinstance(mail, EmailMessage)
        if MAILBOX not in mail["From"]:
            return graph_error(403, "ErrorSendAsDenied")
        if self.rewrites_message_id or "Message-ID" not in mail:
            del mail["Message-ID"]
            mail["Message-ID"] = f"<{len(self.sent)}@prod.outlook.example>"
        self.sent.append(mail)
        return BEHAVIORS[step] if step else Reply(202, headers={"request-id": "r-1"})

    def _list(self, request: Request) -> Reply:
        query = parse_qs(urlsplit(request.path).query)
        wanted = query.get("$filter", [""])[0]
        found = [
            {"id": str(number)}
            for number, mail in enumerate(self.sent)
            if not wanted or _matches(mail, wanted)
        ]
        return json_reply({"value": found[: int(query["$top"][0])]})


def _matches(mail: EmailMessage, wanted: str) -> bool:
    by_id = re.fullmatch(r"internetMessageId eq '(.*)'", wanted)
    if by_id:
        return bool(mail["Message-ID"] == by_id[1].replace("''", "'"))
    by_property = re.fullmatch(
        r"singleValueExtendedProperties/Any\(ep: ep/id eq 'String "
        r"\{00020386-0000-0000-c000-000000000046\} Name ([a-z-]+)' and ep/value eq '(.*)'\)",
        wanted,
    )
    assert by_property, wanted
    return bool(mail[by_property[1]] == by_property[2].replace("''", "'"))


def _from_json(message: dict[str, object]) -> EmailMessage | None:
    """The few fields the tests need; None for a header that Graph does not let through."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = MAILBOX, str(message["subject"])
    headers = message.get("internetMessageHeaders", [])
    assert isinstance(headers, list)
    for header in headers:
        if not header["name"].lower().startswith("x-"):
            return None
        mail[header["name"]] = header["value"]
    return mail


def _refused(status: int, error: str, number: int) -> Reply:
    return json_reply(
        {
            "error": error,
            "error_description": f"AADSTS{number}: In English. Trace ID: 1 Correlation ID: 2",
            "error_codes": [number],
            "trace_id": "1",
            "correlation_id": "2",
        },
        status,
    )
