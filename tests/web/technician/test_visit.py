"""One visit on the technician's phone, and every report that can be sent from it."""

import base64
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from doorstep.domain.bookings.models import (
    Booking,
    BookingNote,
    BookingPhoto,
    BookingSignature,
    BookingStatus,
    ChecklistAnswer,
    StatusTimestamp,
)
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.bookings.services import pictures
from doorstep.domain.notifications.models import StaffTask, TaskKind
from doorstep.domain.notifications.services.staff_tasks import make_problem_task
from doorstep.interfaces.technician.presenters.places import maps_url
from doorstep.platform.audit.models import Source
from tests.conftest import NOW
from tests.factories.bookings import World, book, new_key
from tests.factories.customers import carol, make_asset
from tests.factories.on_site import at, go, make_item
from tests.factories.resources import make_crew, tina

from .conftest import SignIn


def address(visit: Booking, part: str = "") -> str:
    return f"/technician/visits/{visit.code}/{part}"


def send(client: Client, visit: Booking, part: str, **values: Any) -> Any:
    values = {"request_key": new_key(), "at": ""} | values
    return client.post(address(visit, part), values)


def send_status(client: Client, visit: Booking, parent: P, **values: Any) -> Any:
    return send(client, visit, "status/", status=get_default_status(parent).pk, **values)


def text_of(client: Client, visit: Booking) -> str:
    answer = client.get(address(visit))
    assert answer.status_code == 200
    return answer.content.decode()


def picture(size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "orange").save(file, "JPEG", **options)
    return file.getvalue()


# --- Who --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "part",
    ["", "status/", "checklist/", "note/", "problem/", "photo/", "sign/", "photos/1/",
     "signature/"],
)  # fmt: skip
@pytest.mark.parametrize("who", ["another technician", "the customer"])
def test_visits_of_others_do_not_exist(
    visit: Booking, sign_in: SignIn, part: str, who: str
) -> None:
    client = sign_in(tina().user if who == "another technician" else carol().user)
    ask = client.get if part in ("", "photos/1/", "signature/") else client.post

    assert ask(address(visit, part)).status_code == 404


def test_the_members_of_a_crew_see_its_visits(
    world: World, visit: Booking, sign_in: SignIn
) -> None:
    crew = make_crew([world.technician, tina()])
    visit.assignments.update(crew=crew)

    assert sign_in(tina().user).get(address(visit)).status_code == 200


def test_who_has_left_the_crew_sees_its_visits_no_more(
    world: World, visit: Booking, sign_in: SignIn
) -> None:
    crew = make_crew([world.technician, tina()])
    crew.memberships.filter(member=tina()).update(to_on=at(0).date() - timedelta(days=1))
    visit.assignments.update(crew=crew)

    assert sign_in(tina().user).get(address(visit)).status_code == 404


def test_looking_changes_nothing(visit: Booking, toms: Client) -> None:
    for part in ("status/", "checklist/", "note/", "problem/", "photo/", "sign/"):
        assert toms.get(address(visit, part)).status_code == 405


# --- What is shown ----------------------------------------------------------------------------


def test_everything_that_is_needed_is_on_the_page(
    world: World, visit: Booking, toms: Client
) -> None:
    order = visit.work_order
    order.instructions = "Key under the pot."
    order.asset = make_asset(account=world.contact.account, name="Kitchen boiler")
    order.save()

    text = text_of(toms, visit)

    for shown in (
        "12 Deansgate", "Key under the pot.", "Carol Customer", "tel:+447700900123",
        "sms:+447700900123", "The bell is broken.", "Kitchen boiler", "Navigate",
    ):  # fmt: skip
        assert shown in text


def test_earlier_visits_to_the_asset_are_told(world: World, visit: Booking, toms: Client) -> None:
    asset = make_asset(account=world.contact.account)
    earlier = book(world, now=NOW, key="20261125T100000Z-20261125T120000Z")
    for each in (visit, earlier):
        each.work_order.asset = asset
        each.work_order.save()
    go(earlier, P.IN_PROGRESS, at(8) - timedelta(days=1))
    go(earlier, P.COMPLETED, at(9) - timedelta(days=1))
    BookingNote.objects.create(booking=earlier, text="Seal replaced.")

    text = text_of(toms, visit)

    assert "1 earlier visit" in text
    assert "Seal replaced." in text


@pytest.mark.parametrize(
    ("phone", "begins"),
    [
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9)", "geo:53.48,-2.24?q=53.48,-2.24("),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)", "https://maps.apple.com/?daddr=53.48"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "https://www.openstreetmap.org/directions?to=53.48"),
    ],
)
def test_navigating_opens_the_maps_of_the_phone(phone: str, begins: str) -> None:
    assert maps_url("53.48,-2.24", "12 Deansgate", phone).startswith(begins)


# --- Status -----------------------------------------------------------------------------------


def test_a_day_goes_from_traveling_to_completed(visit: Booking, toms: Client, clock: Any) -> None:
    for minute, parent, label in (
        (0, P.TRAVELING, "Start travel"),
        (20, P.IN_PROGRESS, "Arrived"),
        (59, P.COMPLETED, "Complete"),
    ):
        clock.move_to(at(10, minute))
        assert label in text_of(toms, visit)
        assert send_status(toms, visit, parent).status_code == 302

    visit.refresh_from_db()
    assert visit.parent_status is P.COMPLETED
    assert (visit.starts_at, visit.arrived_at, visit.ends_at) == (at(10), at(10, 20), at(10, 59))
    assert set(visit.timestamps.exclude(parent=P.SCHEDULED).values_list("source", flat=True)) == {
        Source.TECHNICIAN
    }


def test_a_refused_step_is_told_with_both_statuses(visit: Booking, toms: Client) -> None:
    go(visit, P.IN_PROGRESS, at(9))

    answer = send_status(toms, visit, P.TRAVELING)

    assert answer.status_code == 409
    assert "A visit that is In progress cannot become Traveling." in answer.content.decode()


def test_statuses_of_the_companys_own_are_offered_too(visit: Booking, toms: Client) -> None:
    own = BookingStatus.objects.create(name="Waiting for the key", parent=P.IN_PROGRESS)
    go(visit, P.TRAVELING, at(9))

    text = text_of(toms, visit)

    assert text.index("Arrived") < text.index("Waiting for the key")
    assert send(toms, visit, "status/", status=own.pk).status_code == 302


def test_a_canceled_status_is_not_taken(visit: Booking, toms: Client) -> None:
    assert send_status(toms, visit, P.CANCELED).status_code == 400


def test_what_a_phone_kept_is_sent_later_in_order_with_its_own_times(
    visit: Booking, toms: Client, clock: Any
) -> None:
    clock.move_to(at(16))
    for parent, minute in ((P.TRAVELING, 0), (P.IN_PROGRESS, 15), (P.COMPLETED, 50)):
        moment = at(10, minute).isoformat()
        assert send_status(toms, visit, parent, at=moment).status_code == 302

    stamps = visit.timestamps.exclude(parent=P.SCHEDULED)
    assert [stamp.at for stamp in stamps] == [at(10), at(10, 15), at(10, 50)]
    assert all(stamp.received_at == at(16) for stamp in stamps)
    assert "sent at" in text_of(toms, visit)


def test_the_same_report_sent_twice_counts_once(visit: Booking, toms: Client) -> None:
    key = new_key()
    for _time in range(2):
        assert send_status(toms, visit, P.TRAVELING, request_key=key).status_code == 302
        # Also when another one came in between.
        assert send(toms, visit, "note/", request_key=f"{key[:20]}-note", text="On my way").url

    assert StatusTimestamp.objects.filter(booking=visit, parent=P.TRAVELING).count() == 1
    assert BookingNote.objects.filter(text="On my way").count() == 1


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-26T10:00:00", "2026-13-45T10:00:00Z"])
def test_a_time_that_cannot_be_read_is_told(visit: Booking, toms: Client, moment: str) -> None:
    answer = send_status(toms, visit, P.TRAVELING, at=moment)

    assert answer.status_code == 400
    assert "The time of your phone could not be read." in answer.content.decode()


def test_from_the_day_it_goes_back_to_the_day(visit: Booking, toms: Client) -> None:
    assert send_status(toms, visit, P.TRAVELING, back="day").url == "/technician/"


# --- Checklist --------------------------------------------------------------------------------


def test_an_item_is_ticked_and_unticked(world: World, visit: Booking, toms: Client) -> None:
    item = make_item(world.service, "Check the flue")

    send(toms, visit, "checklist/", item=item.pk, is_done="on")
    answer = ChecklistAnswer.objects.get()
    assert (answer.text, answer.done_by, answer.done_at) == (
        "Check the flue", world.technician.user, at(9),
    )  # fmt: skip
    assert 'aria-pressed="true"' in text_of(toms, visit)

    send(toms, visit, "checklist/", item=item.pk)
    assert not ChecklistAnswer.objects.exists()


def test_what_is_required_must_be_ticked_before_completing(
    world: World, visit: Booking, toms: Client
) -> None:
    item = make_item(world.service, "Test for gas leaks", is_required=True)
    make_item(world.service, "Sweep the floor")
    go(visit, P.IN_PROGRESS, at(8))

    answer = send_status(toms, visit, P.COMPLETED)

    assert answer.status_code == 409
    assert "Please tick this first: Test for gas leaks." in answer.content.decode()
    send(toms, visit, "checklist/", item=item.pk, is_done="on")
    assert send_status(toms, visit, P.COMPLETED).status_code == 302


def test_partly_done_needs_no_ticks(world: World, visit: Booking, toms: Client) -> None:
    make_item(world.service, "Test for gas leaks", is_required=True)
    partly = BookingStatus.objects.create(
        name="Partly done", parent=P.COMPLETED, completes_work_order=False
    )
    go(visit, P.IN_PROGRESS, at(8))

    assert send(toms, visit, "status/", status=partly.pk).status_code == 302


def test_items_of_other_services_are_refused(visit: Booking, toms: Client) -> None:
    assert send(toms, visit, "checklist/", item=4711, is_done="on").status_code == 409


# --- Notes and problems -----------------------------------------------------------------------


def test_a_note_is_for_the_office_unless_it_is_shown_to_the_customer(
    visit: Booking, toms: Client
) -> None:
    send(toms, visit, "note/", text="Stairs are steep.")
    send(toms, visit, "note/", text="New seal fitted.", is_public="on")

    notes = BookingNote.objects.filter(booking=visit, is_from_customer=False)
    assert list(notes.values_list("text", "is_public")) == [
        ("Stairs are steep.", False), ("New seal fitted.", True),
    ]  # fmt: skip


def test_an_empty_note_is_refused_and_nothing_is_lost(visit: Booking, toms: Client) -> None:
    assert send(toms, visit, "note/", text="  ").status_code == 400


@pytest.mark.parametrize(
    ("kind", "task"), [("late", TaskKind.RUNNING_LATE), ("cannot", TaskKind.CANNOT_DO)]
)
def test_a_problem_becomes_a_task_of_the_office(
    visit: Booking, toms: Client, kind: str, task: TaskKind
) -> None:
    assert send(toms, visit, "problem/", kind=kind, text="Van broke down").status_code == 302

    note = BookingNote.objects.get(text="Van broke down")
    assert not note.is_public
    for _time in range(2):
        make_problem_task(note_id=note.pk, is_late=kind == "late")
    found = StaffTask.objects.get()
    assert (found.kind, found.booking, found.contact) == (task, visit, carol())
    assert "Van broke down" in found.text
    visit.refresh_from_db()
    assert visit.parent_status is P.SCHEDULED


# --- Photos and signature ---------------------------------------------------------------------


def test_a_photo_is_kept_without_what_the_phone_noted_in_it(
    visit: Booking, toms: Client, sign_in: SignIn
) -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (53.0, 28.0, 0.0)}
    upload = SimpleUploadedFile("me.jpg", picture(exif=exif.tobytes()), "image/jpeg")

    answer = send(toms, visit, "photo/", picture=upload, caption="The flue")

    assert answer.status_code == 302
    photo = BookingPhoto.objects.get()
    assert (photo.caption, photo.is_from_customer) == ("The flue", False)
    shown = toms.get(address(visit, f"photos/{photo.pk}/"))
    assert not Image.open(io.BytesIO(shown.content)).getexif()
    assert "sandbox" in shown["Content-Security-Policy"]
    assert sign_in(tina().user).get(address(visit, f"photos/{photo.pk}/")).status_code == 404


def test_a_photo_of_another_visit_is_not_shown_under_this_one(
    world: World, visit: Booking, toms: Client
) -> None:
    upload = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    send(toms, visit, "photo/", picture=upload)
    other = book(world, now=NOW, key="20261127T100000Z-20261127T120000Z")

    photo = BookingPhoto.objects.get()

    assert toms.get(address(other, f"photos/{photo.pk}/")).status_code == 404


def test_what_is_no_picture_is_refused(visit: Booking, toms: Client) -> None:
    upload = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")

    answer = send(toms, visit, "photo/", picture=upload)

    assert answer.status_code == 409
    assert "not a picture" in answer.content.decode()


def test_there_is_a_limit_to_photos(visit: Booking, toms: Client) -> None:
    BookingPhoto.objects.bulk_create(
        BookingPhoto(booking=visit, picture=f"visits/{number}.jpg")
        for number in range(pictures.MOST_PHOTOS)
    )

    answer = send(
        toms, visit, "photo/", picture=SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    )

    assert answer.status_code == 409
    assert BookingPhoto.objects.count() == pictures.MOST_PHOTOS


def test_a_typed_name_signs(visit: Booking, toms: Client) -> None:
    send(toms, visit, "sign/", name=" Carol Customer ")

    signature = BookingSignature.objects.get()
    assert (signature.name, signature.signed_at, bool(signature.picture)) == (
        "Carol Customer", at(9), False,
    )  # fmt: skip


def test_a_drawn_signature_is_kept_and_replaced_as_a_whole(
    visit: Booking, toms: Client, django_capture_on_commit_callbacks: Any
) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (600, 200)).save(file, "PNG")
    drawing = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    send(toms, visit, "sign/", name="Carol", drawing=drawing)
    first = str(BookingSignature.objects.get().picture)
    shown = toms.get(address(visit, "signature/"))
    assert shown.content.startswith(b"\x89PNG")

    with django_capture_on_commit_callbacks(execute=True):
        send(toms, visit, "sign/", name="Mum")

    signature = BookingSignature.objects.get()
    assert (signature.name, str(signature.picture)) == ("Mum", "")
    assert not default_storage.exists(first)
    assert toms.get(address(visit, "signature/")).status_code == 404


@pytest.mark.parametrize("drawing", ["data:text/html,<b>", "data:image/png;base64,%%%", "x"])
def test_a_drawing_that_is_none_is_refused(visit: Booking, toms: Client, drawing: str) -> None:
    assert send(toms, visit, "sign/", name="Carol", drawing=drawing).status_code == 409
    assert not BookingSignature.objects.exists()


def test_photos_are_stored_where_no_page_of_customers_reaches(
    visit: Booking, toms: Client, sign_in: SignIn
) -> None:
    send(toms, visit, "photo/", picture=SimpleUploadedFile("a.jpg", picture(), "image/jpeg"))
    name = str(BookingPhoto.objects.get().picture)

    assert Path(name).parts[0] == "visits"
    assert sign_in(None).get(f"/brand-image/{name}").status_code == 404


# --- History ----------------------------------------------------------------------------------


def test_history_tells_who_did_what_and_from_where(
    world: World, visit: Booking, toms: Client
) -> None:
    send_status(toms, visit, P.TRAVELING)
    send(toms, visit, "note/", text="Stairs are steep.")

    text = text_of(toms, visit).split("History")[-1]

    assert "Tom Technician" in text
    assert "on the technician&#x27;s page" in text
    assert "on the portal" in text
    assert "Note written" in text
