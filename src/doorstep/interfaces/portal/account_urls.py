"""Sign-in: allauth's pages, with our sign-up in front of theirs."""

from django.urls import include, path

from .views.sign_up import sign_up

urlpatterns = [
    path("signup/", sign_up, name="account_signup"),
    path("", include("allauth.urls")),
]
