"""How customers come in: invitation and profile. Part of the portal's addresses."""

from django.urls import path

from .views import profile, redeem

urlpatterns = [
    path("invitation/", redeem.type_code, name="invitation"),
    path("invitation/accept/", redeem.accept, name="invitation_accept"),
    path("invitation/<str:code>/", redeem.link, name="invitation_link"),
    path("profile/", profile.profile, name="profile"),
]
