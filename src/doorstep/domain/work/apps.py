from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "doorstep.domain.work"
    label = "work"
    verbose_name = "Work"
