from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "doorstep.interfaces.office"
    label = "office"
