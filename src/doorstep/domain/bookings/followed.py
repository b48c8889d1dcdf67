"""Visits whose pages stay open: who may still see one, asked every few seconds for each of them.

The answers are those of `codes.get_open_code` and `selectors.get_visit`, each by one short prepared
statement that reads nothing of the visit.
"""

from collections.abc import Collection
from datetime import datetime

from doorstep.domain.organization.models import Portal
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.lib.rows import Statement, Tables, joined_as, run, select_joined

from .models import Booking, BookingStatus

# The portal whose rules hold, as `rules.portal_of` says.
_PORTAL = """
  JOIN organization_portal AS portal ON portal.id = COALESCE(
         work_order.portal_id, (SELECT id FROM organization_portal WHERE is_default))
"""
_OPEN_CODES = f"""
SELECT code.id, expiry.at
  FROM bookings_bookingcode AS code
  JOIN bookings_booking AS visit ON visit.id = code.booking_id
  JOIN work_workorder AS work_order ON work_order.id = visit.work_order_id
  JOIN customers_account AS served ON served.id = work_order.account_id
  JOIN customers_contact AS contact ON contact.id = code.contact_id
  JOIN customers_account AS account ON account.id = contact.account_id
  {_PORTAL}
 CROSS JOIN LATERAL (
         SELECT COALESCE(code.expires_at,
                         GREATEST(visit.promised_to, visit.ends_at)
                         + interval '24 hours' * portal.code_days_after_visit) AS at
       ) AS expiry
 WHERE code.id = ANY(%s::bigint[]) AND visit.code = %s
   AND code.blocked_at IS NULL AND expiry.at > %s
   AND contact.is_active AND account.is_active AND NOT account.is_excluded
   AND served.is_active AND NOT served.is_excluded
"""  # noqa: S608 (the text above)
_USERS = """
SELECT DISTINCT contact.user_id
  FROM bookings_booking AS visit
  JOIN work_workorder AS work_order ON work_order.id = visit.work_order_id
  JOIN customers_account AS account ON account.id = work_order.account_id
  JOIN customers_contact AS contact ON contact.account_id = account.id
 WHERE visit.code = %s AND contact.user_id = ANY(%s::bigint[])
   AND contact.is_active AND contact.allows_sign_in
   AND account.is_active AND NOT account.is_excluded
   AND contact.id IN (account.primary_contact_id, visit.booked_by_id, work_order.reported_by_id)
"""
_VISIT: Tables = (
    (Booking, "visit"),
    (BookingStatus, "status"),
    (WorkOrder, "work_order"),
    (Portal, "portal"),
)
_OF_VISIT = f"""
  FROM bookings_booking AS visit
  JOIN bookings_bookingstatus AS status ON status.id = visit.status_id
  JOIN work_workorder AS work_order ON work_order.id = visit.work_order_id
  {_PORTAL}
 WHERE visit.id = %s
"""


def open_codes(pks: Collection[int], *, booking_code: str, now: datetime) -> Statement:
    """The ids of those of these codes that open this visit now, each with the instant at which
    it ends to do so."""
    return _OPEN_CODES, [sorted(pks), booking_code, now]


def users_who_may_see(user_ids: Collection[int], *, booking_code: str) -> Statement:
    """The ids of those of these users whose contact may use the portal and see this visit."""
    return _USERS, [booking_code, sorted(user_ids)]


def get_followed(pk: int) -> Booking:
    """A visit with status, work order and the portal whose rules hold; to read, not to save.

    Raises Booking.DoesNotExist.
    """
    rows = run(select_joined(_VISIT, _OF_VISIT), [pk])
    if not rows:
        raise Booking.DoesNotExist
    booking: Booking
    booking, booking.status, booking.work_order, booking.work_order.portal = joined_as(
        _VISIT, rows[0]
    )
    return booking
