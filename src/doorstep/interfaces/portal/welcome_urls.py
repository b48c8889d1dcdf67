"""How customers come in, and what they want to hear: invitation, profile, the way out of reminders.
Part of the portal's addresses."""

from django.urls import path

from .views import calendar, profile, redeem, unsubscribe

urlpatterns = [
    path("invitation/", redeem.type_code, name="invitation"),
    path("invitation/accept/", redeem.accept, name="invitation_accept"),
    path("invitation/<str:code>/", redeem.link, name="invitation_link"),
    path("profile/", profile.profile, name="profile"),
    path("profile/calendar/", calendar.calendar, name="calendar"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
