"""Every address of the project, filled with ids of one's own, of others, of nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from doorstep.domain.notifications.models import Channel, Message
from doorstep.domain.notifications.unsubscribe import make_token
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from tests.web.office.world import World

# Ids nobody has. `_00` is a NUL in the admin's own way of writing ids.
NONSENSE = (
    "0",
    "-1",
    "9" * 40,
    "abc",
    "1_0",
    "_00",
    "%00",
    "%EF%BC%91",
    "%F0%9F%94%A5%E2%80%AE",
    "..%2F..%2Fetc%2Fpasswd",
    "%27%20OR%201=1--",
    "%7B%7B7*7%7D%7D",
    "%0d%0aSet-Cookie:%20a=b",
    "x" * 3000,
)


@dataclass(frozen=True, slots=True)
class Page:
    """One URL pattern: its address with `%(name)s` for each part that varies."""

    template: str
    parts: tuple[str, ...]

    @property
    def takes_an_id(self) -> bool:
        return bool(self.parts)

    def at(self, *values: str) -> str:
        return "/" + self.template % dict(zip(self.parts, values, strict=True))

    def nonsense(self) -> Iterator[str]:
        for value in NONSENSE:
            yield self.at(*[value] * len(self.parts))


def all_pages() -> list[Page]:
    """Each pattern once. What only catches unknown addresses counts as a page too."""
    found = {}
    for pieces in _walk(get_resolver().url_patterns):
        for page in _pages(pieces):
            found[page.template] = page
    return list(found.values())


def _walk(
    entries: Iterable[URLPattern | URLResolver], before: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    for entry in entries:
        pattern = entry.pattern
        text = pattern.regex.pattern
        # Read as Django's own reverse() does.
        here = (*before, str(text).removeprefix("^").replace(r"\Z", "").removesuffix("$"))
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, here)
        else:
            yield here


def _pages(pieces: tuple[str, ...]) -> Iterator[Page]:
    for way in product(*(normalize(piece) for piece in pieces)):
        template = "".join(text for text, _names in way)
        parts = tuple(name for _text, names in way for name in names)
        yield Page(template, parts)


def own_address(page: Page, world: World) -> str:
    """The address with ids that exist: Carol's visit, or the first row of the office's model."""
    return page.at(*[_own_id(page, part, world) for part in page.parts])


def absent_address(page: Page, world: World) -> str:
    """The same with the code of a visit that is not there."""
    return own_address(page, world).replace(world.booking.code, "x" * len(world.booking.code))


def _own_id(page: Page, part: str, world: World) -> str:
    if page.template.startswith(("visits/", "visit/")) and part == "code":
        return world.booking.code
    if page.template.startswith("technician/visits/") and part == "code":
        return world.booking.code
    if page.template.startswith("unsubscribe/"):
        return make_token(Channel.EMAIL, world.contact.email)
    if page.template.startswith("hooks/"):
        account = ConnectorAccount.objects.filter(kind=ConnectorKind.SMS).latest("pk")
        return {"kind": account.kind, "code": account.callback_code}[part]
    if part in {"object_id", "message_id"}:
        model = Message if part == "message_id" else _model_of(page)
        row = model._default_manager.order_by("pk").first() if model else None
        return str(row.pk) if row else "1"
    known = {"app_label": "customers", "number": "0", "pk": "1", "size": "192", "url": "nothing/"}
    return known.get(part, "x1")


def _model_of(page: Page) -> type[Model] | None:
    _office, app, model, *_rest = page.template.split("/")
    return apps.get_model(app, model) if app in apps.app_configs else None
