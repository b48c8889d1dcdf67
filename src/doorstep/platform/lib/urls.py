"""Absolute links, for messages and providers that have no request to go by."""

from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def absolute_url(path: str, *, host: str | None = None) -> str:
    """DOORSTEP_PUBLIC_URL and the path; `host` (with port if needed) for a portal of its own.

    ValueError when the path does not start with one slash, so that it cannot name another host.
    """
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        raise ValueError(f"{path!r} is not a path of this site")
    public_url: str = getattr(settings, "DOORSTEP_PUBLIC_URL", "")
    base = urlsplit(public_url)
    if base.scheme not in ("http", "https") or not base.netloc:
        raise ImproperlyConfigured(
            "DOORSTEP_PUBLIC_URL must be an address such as https://book.example.com"
        )
    root = urlunsplit((base.scheme, host or base.netloc, base.path.rstrip("/"), "", ""))
    return root + path
