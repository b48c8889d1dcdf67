"""A gateway of one's own, as docs/reference/connectors-sms.md asks for it, or worse.

It keeps the Idempotency-Key: the same key never makes a second text.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from doorstep.connectors.webhooks import WebhookRequest
from tests.doubles.http import Reply, Request, json_reply
from tests.doubles.sms import SmsDouble, Step

SECRET = "a secret of the gateway"


@dataclass(frozen=True)
class Text:
    id: str
    to: str
    body: str
    content: dict[str, object]


def refuse(code: str, status: int = 422) -> Step:
    return Step(json_reply({"code": code}, status))


class SmsGatewayDouble(SmsDouble):
    inbound_url = "https://doorstep.example/hooks/sms/2/"

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__()
        self.texts: list[Text] = []
        self.opted_out: set[str] = set()
        self.secret = SECRET
        self._by_key: dict[str, Text] = {}
        self._clock = clock

    def decide(self, request: Request) -> Reply:
        if not self._is_signed(request):
            return json_reply({"code": "bad_signature"}, 401)
        if request.method == "POST":
            return self.send(request)
        return Reply(204)

    def take_over(self, request: Request) -> Reply:
        key = request.headers["idempotency-key"]
        content = json.loads(request.body)
        if content["to"] in self.opted_out:
            return json_reply({"code": "opted_out"}, 422)
        if key not in self._by_key:
            text = Text(f"gw-{len(self.texts) + 1}", content["to"], content["text"], content)
            self._by_key[key] = text
            self.texts.append(text)
        return json_reply({"id": self._by_key[key].id}, 202)

    def report(self, about: Text, status: str, **more: object) -> WebhookRequest:
        event = {"type": "report", "id": about.id, "status": status, **more}
        return self.signed({**event, "message_id": about.content["id"]})

    def reply_from(self, number: str, words: str) -> WebhookRequest:
        if words.strip().upper() in ("STOP", "CANCEL"):
            self.opted_out.add(number)
        event = {"type": "text", "id": "in-1", "from": number, "to": "+4915100", "text": words}
        return self.signed(event)

    def signed(self, content: object, at: datetime | None = None) -> WebhookRequest:
        body = json.dumps(content).encode()
        seconds = int((at or self._clock()).timestamp())
        headers = {"x-signature": f"t={seconds},v1={self._digest(seconds, body)}"}
        return WebhookRequest(self.inbound_url, headers, body)

    def _is_signed(self, request: Request) -> bool:
        fields = dict(
            part.split("=", 1) for part in request.headers.get("x-signature", "t=0,v1=").split(",")
        )
        seconds = int(fields["t"])
        is_fresh = abs(self._clock().timestamp() - seconds) <= 300
        return is_fresh and fields["v1"] == self._digest(seconds, request.body)

    def _digest(self, seconds: int, body: bytes) -> str:
        signed = f"{seconds}.".encode() + body
        return hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
