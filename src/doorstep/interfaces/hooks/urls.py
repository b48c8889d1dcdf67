"""Where providers report to; notifications/links.py makes the addresses."""

from django.urls import path

from . import views

app_name = "hooks"

urlpatterns = [path("<str:kind>/<str:code>/", views.report, name="report")]
