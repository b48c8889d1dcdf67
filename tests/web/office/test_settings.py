"""Portals, pictures, incident types, people: what administrators set."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from doorstep.connectors.travel.roads.build import build_roads
from doorstep.domain.notifications.models import Message
from doorstep.domain.notifications.selectors import settings_of
from doorstep.domain.organization.models import ArrivalWindow, Company, Portal
from doorstep.domain.work.models import IncidentType, IncidentTypeNeed
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role
from tests.doubles.town import small_town
from tests.factories.identity import otto
from tests.factories.resources import make_characteristic
from tests.factories.work import make_incident_type, make_work_order_type

from .forms import errors_of, row, send
from .world import World, page


def picture(size: tuple[int, int] = (60, 30), kind: str = "PNG") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", size, "#0b5d4e").save(data, kind)
    return SimpleUploadedFile("holiday photo.png", data.getvalue(), "image/png")


def test_colors_nobody_can_read_are_refused(administrator: Client, world: World) -> None:
    address = page(Portal, "change", world.portal.pk)
    answer = send(administrator, address, font_color="#f0f0f0", background_color="#ffffff")
    assert "Contrast with the background is 1.1 to 1" in errors_of(answer)


def test_a_color_is_no_place_for_a_style(administrator: Client, world: World) -> None:
    address = page(Portal, "change", world.portal.pk)
    answer = send(administrator, address, font_color="red;x:y")
    assert "is not a color" in errors_of(answer)


def test_a_policy_that_offers_nothing_is_refused(administrator: Client, world: World) -> None:
    address = page(Portal, "change", world.portal.pk)
    answer = send(administrator, address, min_lead_days="10", max_lead_days="5")
    assert "Must not be before the minimum lead time" in errors_of(answer)


def test_a_portal_is_made_with_its_messages_as_they_are_by_default(
    administrator: Client, world: World
) -> None:
    answer = send(administrator, page(Portal, "add"), name="Second", company_name="Acme Two")
    assert answer.status_code == 302, errors_of(answer)
    assert settings_of(Portal.objects.get(name="Second")).reminders == [7]


def test_a_window_is_added_to_the_portal(administrator: Client, world: World) -> None:
    address = page(Portal, "change", world.portal.pk)
    send(administrator, address, **row("windows", 4, from_time="18:00", to_time="20:00"))
    assert ArrivalWindow.objects.filter(portal=world.portal).count() == 5


def test_a_window_that_ends_before_it_begins_is_refused(
    administrator: Client, world: World
) -> None:
    address = page(Portal, "change", world.portal.pk)
    answer = send(administrator, address, **row("windows", 4, from_time="20:00", to_time="18:00"))
    assert "A window ends after it begins" in errors_of(answer)


def test_a_header_image_is_kept_under_a_name_of_ours(administrator: Client, world: World) -> None:
    send(administrator, page(Portal, "change", world.portal.pk), header_image_desktop=picture())
    world.portal.refresh_from_db()
    name = world.portal.header_image_desktop.name
    assert name.startswith("brand/")
    assert "holiday" not in name
    shown = administrator.get(reverse("office:picture", args=[name]))
    assert shown.getvalue().startswith(b"\xff\xd8")  # written anew, as JPEG
    shown.close()


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a not really", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7"],
    ids=["empty", "broken", "svg", "pdf"],
)
def test_what_is_no_picture_is_refused(administrator: Client, world: World, data: bytes) -> None:
    upload = SimpleUploadedFile("logo.png", data, "image/png")
    address = page(Portal, "change", world.portal.pk)
    answer = send(administrator, address, name="Kept", header_image_desktop=upload)
    assert errors_of(answer)
    assert "Kept" in answer.content.decode()


@pytest.mark.parametrize("name", ["../secret-key", "brand/../../x", "other/x.png", "brand/x.png"])
def test_only_our_pictures_are_shown(administrator: Client, world: World, name: str) -> None:
    assert administrator.get(f"/office/picture/{name}").status_code in {400, 404}


def test_an_incident_type_customers_could_not_book_is_refused(
    administrator: Client, world: World
) -> None:
    answer = send(
        administrator, page(IncidentType, "add"), name="Half-made", is_customer_bookable="on"
    )
    found = errors_of(answer)
    assert "Customers need a name to choose it by" in found
    assert "Without a duration no time can be offered" in found


def test_needs_and_roles_exclude_each_other(administrator: Client, world: World) -> None:
    skill = make_characteristic()
    incident_type = make_incident_type(roles={"Helper": {}})
    answer = send(
        administrator, page(IncidentType, "change", incident_type.pk),
        **row("needs", characteristic=str(skill.pk)),
    )  # fmt: skip
    assert "Give the needed characteristics to the roles" in errors_of(answer)
    assert not IncidentTypeNeed.objects.filter(incident_type=incident_type).exists()


def test_a_role_is_made_with_its_needs(administrator: Client, world: World) -> None:
    skill, incident_type = make_characteristic(), make_incident_type()
    send(
        administrator, page(IncidentType, "change", incident_type.pk),
        **row("roles", name="Gas engineer", resource_kind="user", crew_size="0"),
        **row("roles-0-needs", characteristic=str(skill.pk), minimum_rating="3"),
        **{"roles-0-needs-INITIAL_FORMS": "0"},
    )  # fmt: skip
    role = incident_type.roles.get()
    assert (role.name, role.needs.get().minimum_rating) == ("Gas engineer", 3)


def test_a_service_made_here_is_on_the_portal_at_once(administrator: Client, world: World) -> None:
    send(
        administrator, page(IncidentType, "add"), name="Chimney", duration_minutes="45",
        work_order_type=str(make_work_order_type().pk), is_customer_bookable="on",
        is_active="on", customer_name="Chimney sweep",
    )  # fmt: skip
    customer = Client()
    assert world.contact.user is not None
    customer.force_login(world.contact.user)
    answer = customer.get(reverse("portal:book_service"), follow=True)
    assert "Chimney sweep" in answer.content.decode()


def test_a_colleague_is_made_and_can_sign_in(administrator: Client, world: World) -> None:
    password = "seven green boots"
    send(
        administrator, page(User, "add"), email="Dora@Example.com", name="Dora",
        role="dispatcher", password1=password, password2=password,
    )  # fmt: skip
    dora = User.objects.get(name="Dora")
    assert (dora.email, dora.role) == ("dora@example.com", Role.DISPATCHER)
    assert dora.check_password(password)


@pytest.mark.parametrize(
    ("password1", "password2", "complaint"),
    [("short", "short", "too short"), ("seven green boots", "other", "not the same")],
)
def test_bad_passwords_are_refused(
    administrator: Client, world: World, password1: str, password2: str, complaint: str
) -> None:
    answer = send(
        administrator, page(User, "add"), email="x@example.com", role="dispatcher",
        password1=password1, password2=password2,
    )  # fmt: skip
    assert complaint in errors_of(answer)


def test_an_address_in_other_letters_is_the_same_person(
    administrator: Client, world: World
) -> None:
    answer = send(
        administrator, page(User, "add"), email="OTTO@example.com", role="dispatcher",
        password1="seven green boots", password2="seven green boots",
    )  # fmt: skip
    assert "Somebody signs in with this address already" in errors_of(answer)


def test_nobody_locks_herself_out(administrator: Client, world: World) -> None:
    address = page(User, "change", otto().pk)
    answer = send(administrator, address, role="dispatcher", is_active=None)
    assert "You cannot take your own role away" in errors_of(answer)
    assert otto().is_superuser


def test_a_message_is_shown_as_it_was_sent_and_can_do_nothing(
    dispatcher: Client, world: World
) -> None:
    message = Message.objects.get()
    content = dispatcher.get(page(Message, "change", message.pk)).content.decode()
    assert "Hello Carol" in content
    frame = dispatcher.get(reverse("office:notifications_message_html", args=[message.pk]))
    assert frame.content.decode() == message.html
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in frame.headers["Content-Security-Policy"]
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_office_pages_run_no_inline_scripts(administrator: Client, world: World) -> None:
    policy = administrator.get(reverse("office:index")).headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self' 'unsafe-eval'"


def test_other_pages_keep_the_strict_policy(world: World) -> None:
    policy = Client().get(reverse("account_login")).headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_a_road_file_that_is_not_there_is_refused(
    administrator: Client, world: World, settings: Settings, tmp_path: Path
) -> None:
    settings.DOORSTEP_ROADS = tmp_path
    address = page(Company, "change", 1)

    answer = send(administrator, address, travel_provider="roads", road_file="town.roads")

    assert "there is no such file. Build it again" in errors_of(answer)


def test_roads_need_a_file(administrator: Client, world: World) -> None:
    answer = send(administrator, page(Company, "change", 1), travel_provider="roads")

    assert "No road file is chosen" in errors_of(answer)


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret-key", "..", ".hidden", "a/b.roads"])
def test_a_road_file_is_named_within_its_folder(
    administrator: Client, world: World, name: str
) -> None:
    address = page(Company, "change", 1)

    answer = send(administrator, address, travel_provider="roads", road_file=name)

    assert "Give a file name, not a path." in errors_of(answer)


def test_a_good_road_file_is_chosen(
    administrator: Client, world: World, settings: Settings, tmp_path: Path
) -> None:
    settings.DOORSTEP_ROADS = tmp_path
    extract = small_town().write(tmp_path / "town.osm.pbf")
    build_roads(extract, tmp_path / "town.roads")

    send(
        administrator,
        page(Company, "change", 1),
        travel_provider="roads",
        road_file="town.roads",
        road_hours="day",
    )

    company = Company.objects.get()
    assert (company.travel_provider, company.road_file, company.road_hours) == (
        "roads", "town.roads", "day",
    )  # fmt: skip
