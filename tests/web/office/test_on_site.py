"""What the office reads of a technician's work, and the checklists it makes."""

import io

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.bookings.services.on_site import tick_item, write_note
from doorstep.domain.bookings.services.pictures import add_photo, sign
from doorstep.domain.work.models import ChecklistItem, IncidentType
from tests.factories.on_site import at, go, make_item, make_report
from tests.web.office.world import World, page

from .forms import errors_of, row, send


def text_of(client: Client, visit: Booking) -> str:
    answer = client.get(page(Booking, "change", visit.pk))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_booking_tells_what_was_done(world: World, dispatcher: Client) -> None:
    visit = world.booking
    item = make_item(world.service, "Test for gas leaks", is_required=True)
    go(visit, P.TRAVELING, at(11), at=at(9, 45))
    go(visit, P.IN_PROGRESS, at(11), at=at(10))
    tick_item(make_report(visit), item_id=item.pk, is_done=True)
    write_note(make_report(visit), text="New seal fitted.", is_public=True)
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "PNG")
    add_photo(make_report(visit), upload=ContentFile(picture.getvalue()), caption="The seal")
    sign(make_report(visit), name="Carol Customer")
    go(visit, P.COMPLETED, at(11))

    text = text_of(dispatcher, visit)

    for told in (
        "Test for gas leaks (required)", "New seal fitted.", "The seal", "Signed by Carol Customer",
        "Working hours", "Travel", "Received later", "Departure as planned",
    ):  # fmt: skip
        assert told in text
    photo = visit.photos.get()
    shown = dispatcher.get(reverse("office:picture", args=[str(photo.picture)]))
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content)


def test_the_office_makes_a_checklist(world: World, administrator: Client) -> None:
    address = page(IncidentType, "change", world.service.pk)
    item = row("checklist", text="Check the flue", is_required="on", position="10")

    answer = send(administrator, address, **item)

    assert errors_of(answer) == ""
    found = ChecklistItem.objects.get(incident_type=world.service)
    assert (found.text, found.is_required) == ("Check the flue", True)
