"""The technician's addresses. All that changes something is a POST, and may be sent again later."""

from django.urls import path

from .views import actions, calendar, day, install, offline, pictures, sharing, time_off, visit

app_name = "technician"

urlpatterns = [
    path("", day.day, name="day"),
    path("manifest.webmanifest", install.manifest, name="manifest"),
    path("icon-<int:size>.png", install.icon, name="icon"),
    path("sw.js", offline.worker, name="worker"),
    path("session/", offline.session, name="session"),
    path("offline/", offline.offline, name="offline"),
    path("positions/", sharing.positions, name="positions"),
    path("sharing/pause/", sharing.pause, name="pause_sharing"),
    path("sharing/resume/", sharing.resume, name="resume_sharing"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("time-off/", time_off.time_off, name="time_off"),
    path("time-off/<int:number>/withdraw/", time_off.withdraw, name="time_off_withdraw"),
    path("visits/<str:code>/", visit.visit, name="visit"),
    path("visits/<str:code>/ahead/", offline.ahead, name="ahead"),
    path("visits/<str:code>/status/", actions.status, name="status"),
    path("visits/<str:code>/checklist/", actions.checklist, name="checklist"),
    path("visits/<str:code>/note/", actions.note, name="note"),
    path("visits/<str:code>/problem/", actions.problem, name="problem"),
    path("visits/<str:code>/photo/", actions.photo, name="photo"),
    path("visits/<str:code>/sign/", actions.sign, name="sign"),
    path("visits/<str:code>/photos/<int:number>/", pictures.photo, name="picture"),
    path("visits/<str:code>/signature/", pictures.signature, name="signature"),
]
