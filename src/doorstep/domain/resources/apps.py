from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "doorstep.domain.resources"
    label = "resources"
    verbose_name = "Technicians and resources"
