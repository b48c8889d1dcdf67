"""Two mail providers' APIs, Mailgun's and Postmark's, and the reports they send.

What they answer follows their public documentation.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from urllib.parse import parse_qs

from doorstep.connectors.webhooks import WebhookRequest
from tests.doubles.http import HttpDouble, Reply, Request, json_reply

KEY = "right-key"
REPORTS_URL = "https://book.example.com/hooks/mail/7"


@dataclass(frozen=True)
class TakenFile:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class TakenMail:
    """What a provider understood: header names in lower case."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    files: tuple[TakenFile, ...]


@dataclass
class EspDouble(HttpDouble):
    """`script` are answers that come before the good ones; None takes the mail.

    With `takes_first` a scripted answer is given after the mail was taken.
    """

    script: list[Reply | None] = field(default_factory=list)
    takes_first: bool = False
    taken: list[TakenMail] = field(default_factory=list)
    # Of the request that brought a wrong key.
    wrong_key: Reply = field(default_factory=lambda: Reply(401))

    def __post_init__(self) -> None:
        super().__init__()
        self._numbers = count(1)

    def answer(self, request: Request) -> Reply:
        if not self.has_key(request):
            return self.wrong_key
        if request.method == "GET":
            return self.about(request)
        step = self.script.pop(0) if self.script else None
        if step is None or self.takes_first:
            mail = self.read(request)
            self.taken.append(mail)
        return step or self.accept(mail, next(self._numbers))

    def has_key(self, request: Request) -> bool:
        raise NotImplementedError

    def about(self, request: Request) -> Reply:
        raise NotImplementedError

    def read(self, request: Request) -> TakenMail:
        raise NotImplementedError

    def accept(self, mail: TakenMail, number: int) -> Reply:
        raise NotImplementedError


# --- Mailgun -----------------------------------------------------------------------------------

MAILGUN_SIGNING_KEY = "mailgun-signing-key"


@dataclass
class MailgunDouble(EspDouble):
    """Takes forms with files; keeps the Message-ID it is given."""

    def has_key(self, request: Request) -> bool:
        wanted = b64encode(f"api:{KEY}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {wanted}"

    def about(self, request: Request) -> Reply:
        if request.path != "/v3/domains/acme.example":
            return json_reply({"message": "Domain not found"}, 404)
        return json_reply({"domain": {"name": "acme.example"}})

    def read(self, request: Request) -> TakenMail:
        assert request.path == "/v3/acme.example/messages"
        values, files = _read_form(request)
        headers = {name[2:].lower(): text for name, text in values.items() if name[:2] == "h:"}
        return TakenMail(
            values["from"],
            values["to"],
            values["subject"],
            values["text"],
            values.get("html", ""),
            headers,
            tuple(files),
        )

    def accept(self, mail: TakenMail, number: int) -> Reply:
        return json_reply({"id": mail.headers["message-id"], "message": "Queued. Thank you."})


def _read_form(request: Request) -> tuple[dict[str, str], list[TakenFile]]:
    if request.headers["content-type"] == "application/x-www-form-urlencoded":
        fields = parse_qs(request.body.decode(), keep_blank_values=True)
        return {name: texts[0] for name, texts in fields.items()}, []
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    form = message_from_bytes(head + request.body, policy=policy.HTTP)
    assert isinstance(form, EmailMessage)
    values, files = {}, []
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(part, EmailMessage)
        assert isinstance(content, bytes)
        filename = part.get_filename()
        if filename:
            files.append(TakenFile(filename, part["content-type"], content))
        else:
            values[str(name)] = content.decode()
    return values, files


def mailgun_report(
    event: str, message_id: str, *, key: str = MAILGUN_SIGNING_KEY, **more: object
) -> WebhookRequest:
    timestamp, token = "1795424400", "t" * 50
    signed = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256)
    body = {
        "signature": {"timestamp": timestamp, "token": token, "signature": signed.hexdigest()},
        "event-data": {
            "event": event,
            "id": "e-1",
            "timestamp": 1795424400.5,
            "recipient": "zoe@example.com",
            "message": {"headers": {"message-id": message_id}},
            "user-variables": {},
            **more,
        },
    }
    return report_request(body)


# --- Postmark ----------------------------------------------------------------------------------


@dataclass
class PostmarkDouble(EspDouble):
    """Takes JSON; makes Message-IDs of its own unless X-PM-KeepID says not to."""

    def has_key(self, request: Request) -> bool:
        return request.headers.get("x-postmark-server-token") == KEY

    def about(self, request: Request) -> Reply:
        assert request.path == "/server"
        return json_reply({"ID": 1, "Name": "Acme"})

    def read(self, request: Request) -> TakenMail:
        assert request.path == "/email"
        mail = json.loads(request.body)
        headers = {each["Name"].lower(): each["Value"] for each in mail["Headers"]}
        if headers.get("x-pm-keepid") != "true":
            headers["message-id"] = f"<{next(self._numbers)}@mtasv.example>"
        files = tuple(
            TakenFile(each["Name"], each["ContentType"], b64decode(each["Content"]))
            for each in mail.get("Attachments", ())
        )
        return TakenMail(
            mail["From"],
            mail["To"],
            mail["Subject"],
            mail["TextBody"],
            mail.get("HtmlBody", ""),
            headers,
            files,
        )

    def accept(self, mail: TakenMail, number: int) -> Reply:
        return json_reply(
            {
                "To": mail.to,
                "SubmittedAt": "2026-11-23T09:00:00.0000000Z",
                "MessageID": f"postmark-{number}",
                "ErrorCode": 0,
                "Message": "OK",
            }
        )


def postmark_refusal(code: int, text: str) -> Reply:
    return json_reply({"ErrorCode": code, "Message": text}, 422)


def postmark_report(record_type: str, message_id: str, **more: object) -> dict[str, object]:
    times = {"Delivery": "DeliveredAt", "SubscriptionChange": "ChangedAt"}
    return {
        "RecordType": record_type,
        "MessageID": message_id,
        "Recipient": "zoe@example.com",
        times.get(record_type, "BouncedAt"): "2026-11-23T09:00:00Z",
        **more,
    }


def report_request(body: object, secret: str = "") -> WebhookRequest:
    """A provider's POST, with the user and password of the address it was given."""
    headers = {"content-type": "application/json"}
    if secret:
        headers["authorization"] = f"Basic {b64encode(secret.encode()).decode()}"
    return WebhookRequest(REPORTS_URL, headers, json.dumps(body).encode())
