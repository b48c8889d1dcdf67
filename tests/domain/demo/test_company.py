"""The demo company is complete, believable and harmless."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db.models import Count, F

from doorstep.demo.seed.company import seed_company
from doorstep.domain.bookings.models import Booking, BookingCode, BookingStatus, ParentStatus
from doorstep.domain.bookings.selectors import visits_of
from doorstep.domain.customers.models import Account, Contact, CustomerAsset
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.services.remind import remind
from doorstep.domain.organization.models import Company, OrganizationalUnit, Portal, Territory
from doorstep.domain.resources.models import (
    BookableResource,
    Characteristic,
    CrewMember,
    ResourceCharacteristic,
    ResourceKind,
    TimeOff,
    WorkHours,
)
from doorstep.domain.work.models import IncidentType, WorkOrder
from doorstep.domain.work.selectors import customer_catalog
from doorstep.domain.work.services.work_orders import create_work_order
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role

from .conftest import NOW, TODAY

CHECKED = (
    Account, BookableResource, Characteristic, Company, Contact, CrewMember, CustomerAsset,
    IncidentType, OrganizationalUnit, Portal, ResourceCharacteristic, Territory, TimeOff, WorkHours,
)  # fmt: skip
DRAMA_NUMBERS = re.compile(r"\+44(7700900|1614960)\d{3}")
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}")


def carol() -> Contact:
    return Contact.objects.get(email="carol@example.com")


def test_it_has_the_size_that_was_asked_for(demo):
    assert Territory.objects.count() == 3
    assert BookableResource.objects.filter(kind=ResourceKind.USER).count() == 14
    assert BookableResource.objects.filter(kind=ResourceKind.CREW).count() == 2
    assert Account.objects.count() == 300
    assert Portal.objects.filter(is_default=True).count() == 1
    assert Portal.objects.count() == 2


def test_customers_are_offered_ten_services(demo):
    services = customer_catalog(account=carol().account)
    assert services.count() == 10
    assert services.filter(crew_size=2).count() == 1
    assert services.annotate(parts=Count("roles")).filter(parts=2).count() == 1
    assert services.filter(work_location="agnostic").count() == 1
    assert not services.filter(preparation="").exists()


def test_every_parent_status_has_a_default_and_two_have_a_status_more(demo):
    parents = BookingStatus.objects.filter(is_default=True).values_list("parent", flat=True)
    assert sorted(parents) == sorted(ParentStatus.values)
    assert BookingStatus.objects.get(name="Running late").parent == ParentStatus.TRAVELING
    assert not BookingStatus.objects.get(name="Partly done").completes_work_order


@pytest.mark.parametrize("model", CHECKED, ids=lambda model: model.__name__)
def test_the_office_could_save_every_row_as_it_is(demo, model):
    for row in model.objects.all():
        row.full_clean(validate_unique=False, validate_constraints=False)


def test_nobody_real_can_be_called_or_written_to(demo):
    people = [*Contact.objects.all(), *BookableResource.objects.filter(kind=ResourceKind.USER)]
    assert all(DRAMA_NUMBERS.fullmatch(person.phone) for person in people)
    assert all(person.email.endswith(("@example.com", "@example.org")) for person in people)


def test_postcodes_have_the_form_of_british_ones(demo):
    codes = {
        place.postal_code
        for place in (*Account.objects.all(), *OrganizationalUnit.objects.exclude(postal_code=""))
    }
    assert len(codes) > 20
    assert [code for code in codes if not POSTCODE.fullmatch(code)] == []


def test_customers_speak_all_our_languages(demo):
    spoken = set(Contact.objects.values_list("language", flat=True))
    assert spoken == {"", "de", "fr", "es", "pt", "ar", "he"}


def test_some_assets_stand_at_another_address(demo):
    assets = CustomerAsset.objects.select_related("location__parent", "account")
    assert any(asset.place.street != asset.account.street for asset in assets)


def test_excluded_and_inactive_customers_have_no_visits(demo):
    barred = [account for account in Account.objects.all() if not account.may_use_portal]
    assert len(barred) == 3
    assert not WorkOrder.objects.filter(account__in=barred).exists()


def test_what_should_be_over_is_over(demo):
    over = Booking.objects.filter(ends_at__lte=NOW).values_list("status__parent", flat=True)
    assert set(over) == {ParentStatus.COMPLETED, ParentStatus.CANCELED}


def test_what_is_ahead_is_scheduled_or_canceled(demo):
    ahead = Booking.objects.filter(starts_at__gt=NOW).values_list("status__parent", flat=True)
    assert set(ahead) == {ParentStatus.SCHEDULED, ParentStatus.CANCELED}


def test_somebody_is_at_work_right_now(demo):
    working = Booking.objects.filter(status__parent=ParentStatus.IN_PROGRESS)
    assert working.exists()
    assert not working.exclude(arrives_at__lte=NOW, ends_at__gt=NOW).exists()


def test_nothing_happened_in_the_future(demo):
    assert not Booking.objects.filter(created_at__gt=NOW).exists()
    assert not Booking.objects.filter(timestamps__at__gt=NOW).exists()
    assert not LogEntry.objects.filter(at__gt=NOW).exists()


def test_the_last_timestamp_of_a_booking_is_its_status(demo):
    for booking in Booking.objects.select_related("status").prefetch_related("timestamps"):
        assert list(booking.timestamps.all())[-1].status_id == booking.status_id


def test_the_status_of_work_orders_follows_from_their_bookings(demo):
    status = dict(
        Booking.objects.filter(work_order__bookings=F("pk"))
        .values_list("status__name", "work_order__system_status")
        .exclude(work_order__in=_visited_twice())
        .distinct()
    )
    assert status["Completed"] == "completed"
    assert status["Scheduled"] == "scheduled"
    assert status["In progress"] == "in_progress"
    assert status["Canceled"] == status["Partly done"] == "unscheduled"


def test_some_work_that_was_partly_done_is_continued(demo):
    assert _visited_twice().exists()


def test_the_next_work_order_gets_the_next_number(demo):
    highest = WorkOrder.objects.order_by("number").last()
    account = carol().account
    made = create_work_order(
        account=account,
        reported_by=None,
        incident_type=IncidentType.objects.first(),
        place=account,
        actor=SYSTEM,
    )
    assert int(made.number[3:]) == int(highest.number[3:]) + 1


def test_every_booking_has_a_history(demo):
    booking = Booking.objects.filter(cancel_reason__gt="").first()
    actions = {entry.action for entry in history_of(booking, booking.work_order)}
    assert "canceled" in actions
    assert LogEntry.objects.filter(object_type="bookings.booking").count() >= (
        Booking.objects.count()
    )


def test_everybody_who_is_printed_can_sign_in(demo):
    assert {each.email.partition("@")[0] for each in demo.sign_ins} == {
        "carol", "layla", "jonas", "dana", "tom", "otto",
    }  # fmt: skip
    for each in demo.sign_ins:
        assert User.objects.get(email=each.email).check_password(each.password)
        assert EmailAddress.objects.get(email=each.email).verified


def test_the_sign_ins_belong_to_somebody(demo):
    assert carol().user.role == Role.CONTACT
    assert Contact.objects.get(email="layla@example.com").user.language == "ar"
    assert BookableResource.objects.get(user__email="tom@example.com").name == "Tom Ashworth"


def test_jonas_reads_german_and_wants_text_messages(demo):
    jonas = Contact.objects.get(email="jonas@example.com")
    assert (jonas.user.language, jonas.language, jonas.message_channel) == ("de", "de", "sms")


def test_customers_were_told_of_their_visits_in_words_that_were_kept(demo):
    messages = Message.objects.filter(contact__email="layla@example.com", channel="sms")
    assert {message.message_type for message in messages} == {
        "booking_confirmed", "booking_reminder", "technician_traveling", "booking_completed",
    }  # fmt: skip
    assert all(any("\u0600" < sign < "\u0700" for sign in each.text) for each in messages)
    assert {message.language for message in messages} == {"ar"}


def test_nobody_is_told_of_a_visit_before_it_was_booked_or_done(demo):
    messages = Message.objects.select_related("booking")
    assert not messages.filter(created_at__lt=F("booking__created_at")).exists()
    done = messages.filter(message_type="booking_completed")
    assert done.exists()
    assert not done.filter(created_at__lt=F("booking__completed_at")).exists()


def test_a_fresh_demo_does_not_begin_with_a_flood_of_reminders(demo):
    written = remind(now=NOW)
    assert [each for each in written if each.state == MessageState.PENDING] == []


def test_nothing_in_the_log_is_waiting_or_from_the_future(demo):
    assert not Message.objects.filter(state__in=["pending", "sending"]).exists()
    assert not Message.objects.filter(created_at__gt=NOW).exists()
    assert not BookingCode.objects.filter(last_opened_at__gt=NOW).exists()
    assert not Message.objects.filter(text="").exists()


def test_carol_finds_one_visit_ahead_and_two_behind(demo):
    visits = visits_of(carol())
    [ahead] = visits.upcoming
    assert (ahead.promised_from - NOW).days >= 3
    assert [visit.work_order.asset.name for visit in visits.past] == [
        "Washing machine, Mum's flat",
        "Boiler",
    ]


def test_carols_washing_machine_was_repaired_where_it_stands(demo):
    newest = visits_of(carol()).past[0]
    assert "Chorlton" in newest.work_order.street
    assert "West Didsbury" in carol().account.street


def test_a_certificate_has_expired_and_one_will_soon(demo):
    ended = ResourceCharacteristic.objects.filter(valid_to_on__lt=TODAY)
    assert [row.resource.name for row in ended] == ["Bethany Clegg"]


def test_a_second_run_changes_nothing(demo):
    before = _counts()
    again = seed_company(now=NOW)
    assert not again.is_new
    assert again.sign_ins == demo.sign_ins
    assert _counts() == before


def _visited_twice():
    return WorkOrder.objects.annotate(count=Count("bookings")).filter(count__gt=1)


def _counts() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_models()
        if model.__module__.startswith("doorstep")
    }
