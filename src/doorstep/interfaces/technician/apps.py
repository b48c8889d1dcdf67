from django.apps import AppConfig


class TechnicianConfig(AppConfig):
    name = "doorstep.interfaces.technician"
    label = "technician"
