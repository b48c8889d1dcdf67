"""Read calendars, their events and the company's settings of them."""

from .models import CalendarSettings


def get_calendar_settings() -> CalendarSettings:
    """The company's, or the defaults as long as nobody has changed any."""
    return CalendarSettings.objects.first() or CalendarSettings(pk=1)
