"""Time off: list, entry, and the decision about what was asked for."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from doorstep.domain.resources.models import TimeOff
from doorstep.interfaces.office.base import OfficeModelAdmin
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists


@admin.register(TimeOff, site=office)
class TimeOffAdmin(OfficeModelAdmin):
    list_display = ("resource", "from_when", "to_when", "reason", "state_badge", "decided_by")
    list_select_related = ("resource", "decided_by")
    list_filter = ("state",)
    search_fields = ("resource__name", "reason")
    date_hierarchy = "starts_at"
    autocomplete_fields = ("resource",)

    @column(_("from"), ordering="starts_at")
    def from_when(self, time_off: TimeOff) -> str:
        return in_lists(time_off.starts_at)

    @column(_("to"), ordering="ends_at")
    def to_when(self, time_off: TimeOff) -> str:
        return in_lists(time_off.ends_at)

    @column(_("state"), ordering="state", badge=True)
    def state_badge(self, time_off: TimeOff) -> tuple[str, Any]:
        return time_off.state, time_off.get_state_display()
