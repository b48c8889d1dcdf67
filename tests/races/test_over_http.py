"""Two hundred customers press the button of one window, over the pages."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from doorstep.domain.bookings.models import Booking
from doorstep.platform.identity.models import User
from tests.factories.bookings import make_world, window_key
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user
from tests.web.portal.journey import answers, choose_service, text_of

from .conftest import deadlocks, overlaps, run_together

pytestmark = pytest.mark.django_db(transaction=True)

CONTENDERS = 200


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(now, tick=False):
        yield


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_one_books_and_the_others_choose_among_what_is_left() -> None:
    world = make_world()
    # Before the break at noon there is room for one visit of ninety minutes.
    world.service.duration_minutes = 90
    world.service.save()
    clients = []
    for number in range(CONTENDERS):
        user = make_user(email=f"crowd{number}@example.com", password=None)
        make_contact(account=make_account(), user=user, phone="", has_seen_profile=True)
        clients.append(signed_in(user))
    for client in clients:
        choose_service(client, world)
    before = deadlocks()

    def press(client: Client) -> tuple[list[int], str]:
        chosen = client.post("/book/time/", {"key": window_key()})
        codes = [chosen.status_code]
        if chosen.status_code != 302:
            return codes, text_of(chosen)
        codes.append(client.post("/book/details/", {"details": ""}).status_code)
        review = client.get("/book/review/")
        booked = client.post("/book/review/", answers(review))
        return [*codes, review.status_code, booked.status_code], booked.get("Location", "")

    results = run_together([lambda client=client: press(client) for client in clients])

    codes = {code for found, _text in results for code in found}
    assert max(codes) < 500, codes
    assert Booking.objects.count() == 1
    winners = [text for _codes, text in results if text.startswith("/visits/")]
    losers = [text for _codes, text in results if not text.startswith("/visits/")]
    assert len(winners) == 1
    assert all("Somebody was faster" in text for text in losers)
    assert all("13:00–15:00" in text for text in losers)
    assert overlaps() == 0
    assert deadlocks() == before
