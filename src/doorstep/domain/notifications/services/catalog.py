"""What many messages have in common and the office seldom changes: read once for a crowd of them.

Made anew every second or two by who sends a crowd. What a message is asked about before it leaves
(the visit, its account, the contact, her wishes, the company's hold and fence, the connector's
breaker) is never in here.
"""

from doorstep.domain.bookings.models import Booking, BookingStatus
from doorstep.domain.notifications.models import Message
from doorstep.domain.notifications.words.texts import Texts
from doorstep.domain.organization.models import Portal
from doorstep.domain.work.models import IncidentType, WorkOrderType


class Catalog:
    """Statuses, kinds of work, portals with their settings, own texts: each read when it is
    first needed. Not to be shared between threads."""

    def __init__(self) -> None:
        self.texts = Texts()
        self._statuses: dict[int, BookingStatus] = {}
        self._portals: dict[int, Portal] = {}
        self._incident_types: dict[int, IncidentType] = {}
        self._work_order_types: dict[int, WorkOrderType] = {}

    def complete_visit(self, booking: Booking) -> None:
        """Give the visit its status, and its work order its types, without a query for each."""
        order = booking.work_order
        booking.status = self._status(booking.status_id)
        order.incident_type = self._incident_type(order.incident_type_id)
        if order.work_order_type_id is not None:
            order.work_order_type = self._work_order_type(order.work_order_type_id)

    def complete_message(self, message: Message) -> None:
        """Give the message its portal with the settings, and its visit the same portal: the one
        that was decided on, so that its texts need not look for it again."""
        if message.portal_id is None:
            return
        message.portal = self._portal(message.portal_id)
        if message.booking is not None:
            message.booking.work_order.portal = message.portal

    def _status(self, pk: int) -> BookingStatus:
        if pk not in self._statuses:
            self._statuses[pk] = BookingStatus.objects.get(pk=pk)
        return self._statuses[pk]

    def _portal(self, pk: int) -> Portal:
        if pk not in self._portals:
            portals = Portal.objects.select_related("message_settings", "survey_settings")
            self._portals[pk] = portals.get(pk=pk)
        return self._portals[pk]

    def _incident_type(self, pk: int) -> IncidentType:
        if pk not in self._incident_types:
            kinds = IncidentType.objects.select_related("work_order_type")
            self._incident_types[pk] = kinds.get(pk=pk)
        return self._incident_types[pk]

    def _work_order_type(self, pk: int) -> WorkOrderType:
        if pk not in self._work_order_types:
            self._work_order_types[pk] = WorkOrderType.objects.get(pk=pk)
        return self._work_order_types[pk]
