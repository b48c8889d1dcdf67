"""The files a phone keeps so that the technician's pages work without network."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation

from doorstep.interfaces.web.brand import brand_of
from doorstep.interfaces.web.requests import find_request_portal

# Run by the service worker itself.
WORKER_SCRIPTS = ("technician/queue.js", "technician/worker.js")
NAMES = (
    "web/tokens.css",
    "web/base.css",
    "web/components.css",
    "web/icons.svg",
    "web/page.js",
    "vendor/htmx/htmx.min.js",
    "technician/technician.css",
    "technician/queue.js",
    "technician/offline.js",
    "technician/ahead.js",
    "technician/share.js",
    "technician/signature.js",
)


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """`version` changes whenever one of them does, or the brand."""

    urls: tuple[str, ...]
    version: str


def kept_files(request: HttpRequest) -> KeptFiles:
    language = translation.get_language() or settings.LANGUAGE_CODE
    brand = brand_of(find_request_portal(request), language=language)
    urls = [*(static(name) for name in NAMES), brand.style_sheet, *brand.font_sheets]
    urls += [url for url in (brand.image_phone, brand.image_desktop) if url]
    urls.append(reverse("web:favicon"))
    known = (*urls, _digest_now() if settings.DEBUG else _digest())
    version = hashlib.sha256("|".join(known).encode()).hexdigest()[:16]
    return KeptFiles(tuple(dict.fromkeys(urls)), version)


def _digest_now() -> str:
    found = hashlib.sha256()
    for name in (*NAMES, *WORKER_SCRIPTS):
        path = finders.find(name)
        found.update(Path(path).read_bytes() if path else b"")
    return found.hexdigest()


# Files do not change while a process runs, but at a developer's.
_digest = cache(_digest_now)
