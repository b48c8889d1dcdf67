"""The demo's stand-in for Microsoft Graph, with a tenant, an application and its certificate."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from doorstep.connectors.calendar.outlook import OutlookCalendar, Settings
from doorstep.connectors.http import HttpClient
from doorstep.demo.graph.server import GraphServer

TENANT, CLIENT, SECRET = "contoso.example", "app-1", "right-secret-8Hq"
TOM = "tom@contoso.example"


@contextmanager
def running(*, path: Path | None = None, welcomes_everybody: bool = False) -> Iterator[GraphServer]:
    """A server with Tom's empty mailbox."""
    server = GraphServer(
        tenant=TENANT,
        client_id=CLIENT,
        secret=SECRET,
        path=path,
        welcomes_everybody=welcomes_everybody,
    )
    server.store.add_mailbox(TOM, name="Tom Miller", calendars=("Visits",))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def settings(server: GraphServer, **wanted: str) -> Settings:
    values = {
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "base_url": server.base_url,
        "authority_url": server.url,
    }
    return Settings(**{**values, **wanted})  # type: ignore[arg-type]


def service(server: GraphServer, **wanted: str) -> OutlookCalendar:
    client = HttpClient(allow_private=True, read_s=5, total_s=5)
    return OutlookCalendar(settings(server, **wanted), client=client)


@cache
def certificate(*, lasts: timedelta = timedelta(days=30)) -> tuple[str, bytes]:
    """PEM with certificate and private key as staff paste it, and the certificate alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Doorstep")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + lasts)
        .sign(key, SHA256())
    )
    public = made.public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (public + private).decode(), public
