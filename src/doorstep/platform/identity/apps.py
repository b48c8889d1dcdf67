from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "doorstep.platform.identity"
    label = "identity"
    verbose_name = "People who sign in"
