from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "doorstep.domain.tracking"
    label = "tracking"
    verbose_name = "Tracking"
