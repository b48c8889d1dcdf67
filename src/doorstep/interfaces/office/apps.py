from importlib import import_module

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "doorstep.interfaces.office"
    label = "office"
    verbose_name = "Office"

    def ready(self) -> None:
        # Every page registers itself on our site; models are loaded only now.
        import_module("doorstep.interfaces.office.admin")
