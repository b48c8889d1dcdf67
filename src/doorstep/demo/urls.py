from django.urls import path

from . import views

app_name = "demo"

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<slug:name>/", views.mail, name="mail"),
    path("inbox/<slug:name>/html/", views.mail_html, name="mail_html"),
    path("inbox/<slug:name>/file/<int:number>/", views.attachment, name="attachment"),
    path("inbox/<slug:name>/as/<slug:tab>/", views.mail, name="mail_as"),
]
