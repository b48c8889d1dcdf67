from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "doorstep.domain.places"
    label = "places"
    verbose_name = "Places"
