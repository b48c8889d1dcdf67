from django.urls import path
from django.views.i18n import set_language

from . import views
from .calendar_feed import calendar_feed

app_name = "web"

urlpatterns = [
    path("health/", views.health, name="health"),
    path("brand.css", views.brand, name="brand"),
    path("brand-image/<path:name>", views.brand_image, name="brand_image"),
    path("favicon.svg", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("calendar/<str:code>.ics", calendar_feed, name="calendar_feed"),
    path("language/", set_language, name="language"),
]
