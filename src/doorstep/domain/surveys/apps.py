from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "doorstep.domain.surveys"
    label = "surveys"
    verbose_name = "Surveys"
