"""Carol's way through the pages, one function per page."""

import re

from django.http import HttpResponse
from django.test import Client

from doorstep.domain.bookings.models import Booking
from tests.factories.bookings import World, window_key


def text_of(response: HttpResponse) -> str:
    """What a person reads: the main part without markup, in single spaces."""
    html = response.content.decode()
    main = re.search(r"<main.*</main>", html, re.DOTALL)
    body = main.group(0) if main else html
    without_tags = re.sub(r"<[^>]+>", " ", body)
    return " ".join(without_tags.replace("&#x27;", "'").split())


def hidden(response: HttpResponse, name: str) -> str:
    """The value of a hidden input."""
    html = response.content.decode()
    for tag in re.findall(r"<input[^>]*>", html):
        if f'name="{name}"' in tag and 'type="hidden"' in tag:
            found = re.search(r'value="([^"]*)"', tag)
            return found.group(1) if found else ""
    raise AssertionError(f"no hidden input {name}")


def choose_service(client: Client, world: World) -> HttpResponse:
    return client.post("/book/service/", {"service": world.service.pk})


def choose_time(client: Client, key: str | None = None) -> HttpResponse:
    return client.post("/book/time/", {"key": key or window_key()})


def up_to_review(client: Client, world: World, *, details: str = "") -> HttpResponse:
    """Service, time and details chosen; the review page."""
    choose_service(client, world)
    choose_time(client)
    client.post("/book/details/", {"details": details})
    return client.get("/book/review/")


def answers(review: HttpResponse) -> dict[str, str]:
    """What the button on the review page sends."""
    return {name: hidden(review, name) for name in ("hold", "request_key", "details")}


def book(client: Client, world: World, *, details: str = "") -> Booking:
    client.post("/book/review/", answers(up_to_review(client, world, details=details)))
    return Booking.objects.get()
