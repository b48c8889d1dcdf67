from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "doorstep.domain.calendars"
    label = "calendars"
    verbose_name = "Calendars"
