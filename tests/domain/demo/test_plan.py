"""The plan is honest: every day can be driven, by people who may do the work."""

from datetime import timedelta

from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus, ResourceBlock
from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.bookings.wish import Wish
from doorstep.domain.customers.models import Account
from doorstep.domain.organization.models import Portal, Territory
from doorstep.domain.work.models import Requirement
from doorstep.domain.work.selectors import customer_catalog
from doorstep.engine import StraightLine, validate_route

from .conftest import FIRST_DAY, LAST_DAY, NOW, TODAY
from .days import routes, stretches_by_day


def test_every_day_of_every_technician_can_be_driven(demo):
    wrong = [
        (route.id, violation)
        for person, route in routes()
        for violation in validate_route(route, StraightLine(), float(person.speed_factor))
    ]
    assert wrong == []


def test_nearly_every_working_day_has_visits(demo):
    assert sum(1 for _route in routes()) >= 0.95 * len(stretches_by_day())


def test_technicians_are_busy_for_about_seventy_percent_of_their_time(demo):
    working_s = sum(
        (end - start).total_seconds()
        for stretches in stretches_by_day().values()
        for start, end in stretches
    )
    busy_s = sum(
        (block.ends_at - block.starts_at).total_seconds() for block in ResourceBlock.objects.all()
    )
    assert 0.6 <= busy_s / working_s <= 0.8


def test_the_plan_covers_six_weeks(demo):
    days = set(Booking.objects.values_list("promised_from__date", flat=True))
    assert min(days) == FIRST_DAY
    assert (LAST_DAY - max(days)).days <= 1
    assert (LAST_DAY - FIRST_DAY).days == 41


def test_everybody_has_the_skills_on_the_day(demo):
    rows = Requirement.objects.prefetch_related(
        "needs", "assignments__resource__characteristics", "assignments__booking"
    )
    for requirement in rows:
        for booking in {each.booking for each in requirement.assignments.all()}:
            team = [each for each in requirement.assignments.all() if each.booking == booking]
            assert all(_has(team, need, booking) for need in requirement.needs.all()), requirement


def test_everybody_stays_in_their_territories(demo):
    served = {
        territory.pk: set(territory.resources.values_list("pk", flat=True))
        for territory in Territory.objects.all()
    }
    for row in Assignment.objects.select_related("booking__work_order"):
        assert (row.crew_id or row.resource_id) in served[row.booking.work_order.territory_id]


def test_jobs_for_several_people_have_all_of_them_there_at_once(demo):
    for requirement in Requirement.objects.filter(crew_size__gt=0):
        team = requirement.assignments.all()
        assert len(team) >= requirement.crew_size
        assert len({(each.crew_id, each.arrives_at, each.ends_at) for each in team}) == 1
    pairs = Booking.objects.filter(work_order__incident_type__name="Heat pump inspection")
    assert pairs.exists()
    for booking in pairs:
        team = booking.assignments.all()
        assert [each.role for each in team] == [0, 1]
        assert len({each.arrives_at for each in team}) == 1


def test_canceled_visits_take_nobodys_time(demo):
    blocks = ResourceBlock.objects.filter(assignment__booking__status__parent=ParentStatus.CANCELED)
    assert not blocks.exists()
    assert Booking.objects.filter(status__parent=ParentStatus.CANCELED).exists()


def test_no_technician_is_missing_from_a_visit(demo):
    live = Assignment.objects.exclude(booking__status__parent=ParentStatus.CANCELED)
    assert not live.filter(block__isnull=True).exists()


def test_every_service_can_be_booked_in_every_territory(demo):
    portal = Portal.objects.get(is_default=True)
    for territory in Territory.objects.all():
        account = Account.objects.filter(
            territory=territory, is_active=True, is_excluded=False
        ).first()
        for service in customer_catalog(account=account):
            offers = search_offers(wish=Wish(portal, account, service), now=NOW, days=60)
            assert len(offers.windows) >= 20, (territory, service)


def test_landlords_are_offered_exact_times(demo):
    account = Account.objects.get(name="Mersey Bend Homes")
    portal = Portal.objects.get(is_default=False)
    service = customer_catalog(account=account).get(name="Landlord gas safety check")
    offers = search_offers(wish=Wish(portal, account, service), now=NOW, days=14)
    assert offers.windows
    assert {window.promised_to - window.promised_from for window in offers.windows} == {timedelta()}
    assert {window.promised_from.minute for window in offers.windows} <= {0, 30}


def test_the_next_two_weeks_still_have_times(demo):
    account = Account.objects.get(name="Carol Whitfield")
    portal = Portal.objects.get(is_default=True)
    for service in customer_catalog(account=account):
        first = search_offers(wish=Wish(portal, account, service), now=NOW, days=14).first
        assert first is not None, service
        assert first.promised_from.date() > TODAY


def _has(team, need, booking) -> bool:
    day = booking.promised_from.date()
    return any(
        row.characteristic_id == need.characteristic_id
        and (row.valid_from_on is None or row.valid_from_on <= day)
        and (row.valid_to_on is None or day <= row.valid_to_on)
        and (need.minimum_rating is None or (row.rating or 0) >= need.minimum_rating)
        for each in team
        for row in each.resource.characteristics.all()
    )
