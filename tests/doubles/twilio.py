"""Twilio's message interface on this machine: proper, or as bad as a test tells it to be.

Written from Twilio's public documentation, and signs by its own arithmetic, so that it is a
witness of its own. `texts` is what it has taken over, whatever it answered.
"""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from doorstep.connectors.webhooks import WebhookRequest
from tests.doubles.http import Reply, Request, json_reply
from tests.doubles.sms import SmsDouble, Step

ACCOUNT_SID, AUTH_TOKEN = "AC" + "a1" * 16, "token-of-the-double"
API_KEY, API_SECRET = "SK" + "b2" * 16, "secret-of-the-key"
SENDER, SERVICE_SID = "+15005550006", "MG" + "c3" * 16
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
START_WORDS = {"START", "UNSTOP", "YES"}


@dataclass
class Text:
    sid: str
    to: str
    sender: str
    body: str
    form: dict[str, str]
    created_at: datetime
    status: str
    error_code: int | None = None
    sent_at: datetime | None = None

    @property
    def callback_url(self) -> str:
        return self.form.get("StatusCallback", "")


def refuse(code: int, status: int = 400) -> Step:
    return Step(error(code, status))


def error(code: int, status: int = 400) -> Reply:
    words = {"code": code, "message": "no", "more_info": "", "status": status}
    return json_reply(words, status)


def busy(retry_after: str) -> Step:
    """Too many at once; `retry_after` is a number of seconds or an HTTP date."""
    reply = error(20429, 429)
    return Step(Reply(reply.status, reply.body, {**reply.headers, "Retry-After": retry_after}))


class TwilioDouble(SmsDouble):
    """One account. `refusals` answers certain numbers with an error code."""

    inbound_url = "https://doorstep.example/hooks/sms/1/"

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__()
        self.texts: list[Text] = []
        self.refusals: dict[str, int] = {}
        self.opted_out: set[str] = set()
        self.account_status, self.account_type = "active", "Full"
        self.auth_token = AUTH_TOKEN
        # How many looks at the list a new text stays hidden from.
        self.hidden_looks = 0
        self.has_advanced_opt_out = False
        self._clock = clock
        self._numbers = count(1)

    def decide(self, request: Request) -> Reply:
        path = urlsplit(request.path).path
        folder = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
        login = self._login(request)
        if login not in ((ACCOUNT_SID, self.auth_token), (API_KEY, API_SECRET)):
            return error(20003, 401)
        if path == f"{folder}.json":
            # A standard key may not read the account.
            return error(20003, 401) if login[0] == API_KEY else json_reply(self._account())
        if path == f"{folder}/Messages.json":
            return self.send(request) if request.method == "POST" else self._list(request)
        message = re.fullmatch(rf"{folder}/Messages/(\w+)\.json", path)
        found = [text for text in self.texts if message and text.sid == message[1]]
        return json_reply(self._resource(found[0])) if found else error(20404, 404)

    def take_over(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        code = self._fault(form)
        if code:
            return error(code)
        sender = form.get("MessagingServiceSid") or form["From"]
        text = Text(
            sid=self._sid(),
            to=form["To"],
            sender=sender,
            body=form["Body"],
            form=form,
            created_at=self._clock(),
            status="accepted" if sender.startswith("MG") else "queued",
        )
        self.texts.append(text)
        return json_reply(self._resource(text), 201)

    # --- What happens to texts, and what phones answer -----------------------------------

    def texts_to(self, number: str) -> list[Text]:
        return [text for text in self.texts if text.to == number]

    def advance(self, sid: str, status: str, error_code: int | None = None) -> WebhookRequest:
        """A text gets a new status; the request is the report of it, for the test to deliver."""
        text = next(text for text in self.texts if text.sid == sid)
        text.status, text.error_code = status, error_code
        text.sent_at = text.sent_at or (self._clock() if status != "sending" else None)
        fields = {
            "MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status,
            "AccountSid": ACCOUNT_SID, "From": text.sender, "To": text.to,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if error_code:
            fields["ErrorCode"] = str(error_code)
        return self.signed(text.callback_url or self.inbound_url, fields)

    def reply_from(self, number: str, words: str) -> WebhookRequest:
        """A customer texts; opting out and in takes effect here at once."""
        word, kind = words.strip().upper(), ""
        if word in STOP_WORDS:
            self.opted_out.add(number)
            kind = "STOP"
        elif word in START_WORDS:
            self.opted_out.discard(number)
            kind = "START"
        sid = self._sid()
        fields = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT_SID,
            "From": number, "To": SENDER, "Body": words, "NumMedia": "0", "NumSegments": "1",
            "SmsStatus": "received", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if kind and self.has_advanced_opt_out:
            fields["OptOutType"] = kind
        return self.signed(self.inbound_url, fields)

    def signed(self, url: str, fields: dict[str, str]) -> WebhookRequest:
        text = url + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(self.auth_token.encode(), text.encode(), hashlib.sha1).digest()
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "x-twilio-signature": b64encode(digest).decode(),
        }
        return WebhookRequest(url, headers, urlencode(fields).encode())

    def signed_json(self, url: str, fields: dict[str, object]) -> WebhookRequest:
        body = json.dumps(fields).encode()
        url = f"{url}?bodySHA256={hashlib.sha256(body).hexdigest()}"
        digest = hmac.new(self.auth_token.encode(), url.encode(), hashlib.sha1).digest()
        headers = {"content-type": "application/json"}
        headers["x-twilio-signature"] = b64encode(digest).decode()
        return WebhookRequest(url, headers, body)

    # --- Answers -------------------------------------------------------------------------

    def _login(self, request: Request) -> tuple[str, ...]:
        _basic, _space, code = request.headers.get("authorization", "").partition(" ")
        return tuple(b64decode(code).decode().split(":", 1))

    def _fault(self, form: dict[str, str]) -> int:
        number = form.get("To", "")
        host = urlsplit(form.get("StatusCallback", "https://a.example")).hostname or ""
        sender = form.get("MessagingServiceSid") or form.get("From")
        rules = {
            21603: not sender,
            21606: sender not in (SENDER, SERVICE_SID),
            21211: not re.fullmatch(r"\+[1-9]\d{6,14}", number),
            21602: not form.get("Body"),
            21617: len(form.get("Body", "")) > 1600,
            21609: "_" in host or "." not in host,
            20001: not 1 <= int(form.get("ValidityPeriod", "1")) <= 36_000,
            21610: number in self.opted_out,
            self.refusals.get(number, 0): number in self.refusals,
        }
        return next((code for code, applies in rules.items() if applies), 0)

    def _list(self, request: Request) -> Reply:
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        self.hidden_looks -= 1
        texts = [] if self.hidden_looks >= 0 else self.texts[::-1]
        if "To" in query:
            texts = [text for text in texts if text.to == query["To"]]
        if "DateSent>" in query:
            day = query["DateSent>"]
            texts = [
                text for text in texts if text.sent_at and text.sent_at.date().isoformat() >= day
            ]
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        following = None
        if len(texts) > (page + 1) * size:
            path = urlsplit(request.path).path
            following = f"{path}?{urlencode({**query, 'Page': page + 1})}"
        resources = [self._resource(text) for text in texts[page * size : (page + 1) * size]]
        return json_reply({"messages": resources, "page": page, "next_page_uri": following})

    def _resource(self, text: Text) -> dict[str, object]:
        return {
            "sid": text.sid,
            "account_sid": ACCOUNT_SID,
            "to": text.to,
            "from": text.sender,
            "body": text.body,
            "status": text.status,
            "error_code": text.error_code,
            "direction": "outbound-api",
            "num_segments": "0" if text.status == "accepted" else "1",
            "date_created": format_datetime(text.created_at),
            "date_sent": text.sent_at and format_datetime(text.sent_at),
            "uri": f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{text.sid}.json",
        }

    def _account(self) -> dict[str, object]:
        return {
            "sid": ACCOUNT_SID,
            "friendly_name": "Brook Heating",
            "status": self.account_status,
            "type": self.account_type,
        }

    def _sid(self) -> str:
        return f"SM{next(self._numbers):032x}"
