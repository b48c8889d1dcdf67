from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "doorstep.domain.organization"
    label = "organization"
    verbose_name = "Company and portals"
