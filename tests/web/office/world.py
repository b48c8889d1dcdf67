"""One row of everything the office shows, and the addresses of its pages."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.domain.notifications.models import (
    Attempt,
    Channel,
    ConsentSource,
    MessageState,
    MessageText,
    StaffTask,
    TaskKind,
)
from doorstep.domain.notifications.services.consent import opt_out
from doorstep.domain.organization.models import Portal
from doorstep.domain.resources.models import BookableResource, BusinessClosure, TimeOff
from doorstep.domain.surveys.models import SurveyAnswer
from doorstep.domain.work.models import IncidentType, Priority, WorkOrder
from doorstep.interfaces.office.site import office
from doorstep.platform.audit.models import Source
from tests.conftest import NOW
from tests.factories import bookings
from tests.factories.calendars import (
    make_calendar_link,
    make_synced_event,
    set_calendar_settings,
)
from tests.factories.customers import make_asset, make_location
from tests.factories.inbound import twilio_account
from tests.factories.notifications import make_message, make_sms_account
from tests.factories.organization import make_territory, make_unit
from tests.factories.resources import give_skill, make_characteristic
from tests.factories.surveys import ask_by_own_form
from tests.factories.tracking import make_tracking


@dataclass(frozen=True)
class World:
    portal: Portal
    technician: BookableResource
    service: IncidentType
    contact: Contact
    booking: Booking
    work_order: WorkOrder


def make_world() -> World:
    """Carol's visit with Tom on Thursday 26 November, and what hangs around it."""
    base = bookings.make_world()
    account = base.contact.account
    location = make_location(account=account, name="Plant room")
    make_location(account=account, name="Boiler corner", parent=location)
    make_asset(account=account, location=location)
    make_territory()
    make_unit()
    give_skill(base.technician, make_characteristic(), 3)
    Priority.objects.create(name="High", level=2)
    BusinessClosure.objects.create(name="Christmas", from_on="2026-12-25", to_on="2026-12-26")
    TimeOff.objects.create(
        resource=base.technician,
        starts_at=NOW + timedelta(days=20),
        ends_at=NOW + timedelta(days=21),
    )
    message = make_message()
    message.html, message.text = "<p>Hello <b>Carol</b></p>", "Hello Carol"
    message.state = MessageState.FAILED
    message.save()
    Attempt.objects.create(message=message, started_at=timezone.now(), outcome="failed")
    MessageText.objects.create(portal=base.portal, message_type="booking_confirmed", language="en")
    make_sms_account()
    StaffTask.objects.create(kind=TaskKind.CUSTOMER_WROTE, text="+447700900123: Which day?")
    ask_by_own_form(base.portal)
    opt_out(
        channel=Channel.EMAIL, address="somebody@example.com", source=ConsentSource.LINK, now=NOW
    )
    booking = bookings.book(base, now=NOW, details="The bell is broken.")
    bookings.make_link(booking, now=NOW)
    twilio_account(is_active=False)
    make_tracking(booking)
    set_calendar_settings(is_enabled=True)
    make_synced_event(make_calendar_link(base.technician), booking, starts_at=booking.promised_from)
    SurveyAnswer.objects.create(
        booking=booking, contact=base.contact, rating=4, comment="Quick and kind.",
        given_at=NOW, changed_at=NOW, source=Source.PORTAL,
    )  # fmt: skip
    second_time = bookings.window_key(bookings.FRIDAY, 13, 15)
    bookings.hold(base, now=NOW, key=second_time)
    return World(
        base.portal, base.technician, base.service, base.contact, booking, booking.work_order
    )


def models_of_the_office() -> list[type[Model]]:
    return sorted(office._registry, key=lambda model: model._meta.label)


def page(model: type[Model], name: str = "changelist", *args: object) -> str:
    """The address of a page: changelist, add, change, delete or history."""
    meta = model._meta
    return reverse(f"office:{meta.app_label}_{meta.model_name}_{name}", args=args)
