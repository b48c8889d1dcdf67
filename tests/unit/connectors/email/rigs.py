"""Each mail connector with its double, behind one face for the contract suite."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

from django.core.mail.backends.smtp import EmailBackend

from doorstep.connectors.email.anymail import Anymail
from doorstep.connectors.email.anymail import Settings as AnymailSettings
from doorstep.connectors.email.base import Checks, EmailSender
from doorstep.connectors.email.django_mail import DjangoMail
from doorstep.connectors.email.graph_mail import GraphMail
from doorstep.connectors.email.graph_mail import Settings as GraphSettings
from doorstep.connectors.email.smtp import Settings as SmtpSettings
from doorstep.connectors.email.smtp import Smtp
from doorstep.connectors.http import HttpClient
from tests.doubles import esp, graph_mail, smtp
from tests.doubles.esp import TakenFile, TakenMail
from tests.doubles.http import HANG_UP, Reply
from tests.doubles.http import running as http_running

WRONG = "wrong-secret-5Kq"
ACCEPTS, BUSY, REFUSES, BREAKS = "accepts", "busy", "refuses", "breaks after taking it"


class Rig(ABC):
    """`secret` opens the service; `connector` may be given another."""

    secret: str

    @abstractmethod
    def run(self, behavior: str) -> Iterator[None]: ...

    @abstractmethod
    def connector(self, secret: str) -> EmailSender: ...

    @abstractmethod
    def taken(self) -> list[TakenMail]: ...

    @contextmanager
    def running(self, behavior: str = ACCEPTS) -> Iterator[EmailSender]:
        with contextmanager(self.run)(behavior):
            yield self.connector(self.secret)

    def checker(self, secret: str) -> Checks:
        connector = self.connector(secret)
        assert isinstance(connector, Checks)
        return connector


class SmtpRig(Rig):
    secret = "right-secret"

    def run(self, behavior: str) -> Iterator[None]:
        script = {
            ACCEPTS: {},
            BUSY: {"rcpt": "452 4.2.2 Mailbox full"},
            REFUSES: {"rcpt": "550 5.1.1 No such user"},
            BREAKS: {"dot": smtp.DROP},
        }[behavior]
        self.double = smtp.SmtpDouble(users={"me": self.secret}, **script)  # type: ignore[arg-type]
        with smtp.running(self.double):
            yield

    def connector(self, secret: str) -> EmailSender:
        return Smtp(
            SmtpSettings(
                host="127.0.0.1",
                port=self.double.port,
                security="none",
                user="me",
                password=secret,
                timeout_s=10.0,
                accept_timeout_s=10.0,
            )
        )

    def taken(self) -> list[TakenMail]:
        return [from_mime(message_from_bytes(text)) for text in self.double.texts]


class DjangoRig(SmtpRig):
    def connector(self, secret: str) -> EmailSender:
        port = self.double.port
        return DjangoMail(connect=lambda: EmailBackend("127.0.0.1", port, "me", secret, timeout=10))


class GraphRig(Rig):
    secret = graph_mail.SECRET

    def run(self, behavior: str) -> Iterator[None]:
        step = {
            ACCEPTS: None,
            BUSY: graph_mail.graph_error(429, "ApplicationThrottled"),
            REFUSES: graph_mail.graph_error(400, "ErrorInvalidRecipients"),
            BREAKS: graph_mail.THEN_HANG_UP,
        }[behavior]
        self.double = graph_mail.GraphMailDouble(script=[step] if step else [])
        with http_running(self.double):
            yield

    def connector(self, secret: str) -> EmailSender:
        return GraphMail(
            GraphSettings(
                tenant_id=graph_mail.TENANT,
                client_id=graph_mail.CLIENT,
                client_secret=secret,
                mailbox=graph_mail.MAILBOX,
                base_url=f"{self.double.url}/v1.0",
                authority_url=self.double.url,
            ),
            client=HttpClient(allow_private=True),
        )

    def taken(self) -> list[TakenMail]:
        return [from_mime(message_from_bytes(mail.as_bytes())) for mail in self.double.sent]


class EspRig(Rig):
    secret = esp.KEY
    name: str
    double_class: type[esp.EspDouble]
    path = ""

    def run(self, behavior: str) -> Iterator[None]:
        step = {ACCEPTS: None, BUSY: Reply(429), REFUSES: Reply(400), BREAKS: HANG_UP}[behavior]
        self.double = self.double_class(script=[step], takes_first=behavior == BREAKS)
        with http_running(self.double):
            yield

    def connector(self, secret: str) -> EmailSender:
        return Anymail(
            AnymailSettings(
                esp=self.name,
                api_key=secret,
                api_url=self.double.url + self.path,
                sender_domain="acme.example",
                allows_private=True,
            )
        )

    def taken(self) -> list[TakenMail]:
        return self.double.taken


class MailgunRig(EspRig):
    name, double_class, path = "mailgun", esp.MailgunDouble, "/v3"


class PostmarkRig(EspRig):
    name, double_class = "postmark", esp.PostmarkDouble


RIGS = {
    "django": DjangoRig,
    "smtp": SmtpRig,
    "graph": GraphRig,
    "mailgun": MailgunRig,
    "postmark": PostmarkRig,
}


def from_mime(message: object) -> TakenMail:
    """A mail as the recipient's program reads it."""
    raw = message.as_bytes()  # type: ignore[attr-defined]
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    return TakenMail(
        sender=mail["From"],
        to=mail["To"],
        subject=mail["Subject"],
        text=text.get_content().strip(),
        html=html.get_content().strip() if html else "",
        headers={name.lower(): str(value).strip() for name, value in mail.items()},
        files=tuple(
            TakenFile(
                part.get_filename() or "",
                part["Content-Type"],
                part.get_payload(decode=True),  # type: ignore[arg-type]
            )
            for part in mail.iter_attachments()
        ),
    )


def shown_name(address: str) -> str:
    """The name in an address, whichever way it is encoded."""
    return parseaddr(str(make_header(decode_header(address))))[0]
