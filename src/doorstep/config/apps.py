from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """An app so that the entry points `serve`, `worker` and `demo` are commands."""

    name = "doorstep.config"
    label = "config"
