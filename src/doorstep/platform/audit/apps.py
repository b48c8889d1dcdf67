from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "doorstep.platform.audit"
    label = "audit"
    verbose_name = "History"
