from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "doorstep.interfaces.web"
    label = "web"
