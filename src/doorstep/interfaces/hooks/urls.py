"""Where machines report to: message providers (notifications/links.py makes the addresses), and GPS
platforms."""

from django.urls import path

from . import views
from .positions import positions

app_name = "hooks"

urlpatterns = [
    path("positions/", positions, name="positions"),
    path("<str:kind>/<str:code>/", views.report, name="report"),
]
