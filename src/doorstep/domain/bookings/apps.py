from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "doorstep.domain.bookings"
    label = "bookings"
    verbose_name = "Bookings"
