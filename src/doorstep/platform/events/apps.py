from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class EventsConfig(AppConfig):
    name = "doorstep.platform.events"
    label = "events"

    def ready(self) -> None:
        for config in apps.get_app_configs():
            name = f"{config.name}.subscribers"
            if config.name.startswith("doorstep.") and find_spec(name):
                import_module(name)
