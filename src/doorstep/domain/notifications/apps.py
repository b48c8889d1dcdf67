from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "doorstep.domain.notifications"
    label = "notifications"
    verbose_name = "Messages"
