"""The portal's addresses. Sign-in lives in account_urls.py."""

from django.urls import include, path

from .views import book, cancel, confirm, home, move, visit

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("doorstep.interfaces.portal.welcome_urls")),
    path("book/", book.book, name="book"),
    path("book/asset/", book.asset, name="book_asset"),
    path("book/service/", book.service, name="book_service"),
    path("book/time/", book.time, name="book_time"),
    path("book/details/", confirm.details, name="book_details"),
    path("book/review/", confirm.review, name="book_review"),
    path("book/hold/extend/", confirm.extend, name="book_hold_extend"),
    path("book/hold/release/", confirm.release, name="book_hold_release"),
    path("visits/<str:code>/", visit.visit, name="visit"),
    path("visits/<str:code>/visit.ics", visit.calendar, name="visit_calendar"),
    path("visits/<str:code>/move/", move.move, name="move"),
    path("visits/<str:code>/move/review/", move.review, name="move_review"),
    path("visits/<str:code>/move/hold/extend/", move.extend, name="move_hold_extend"),
    path("visits/<str:code>/move/hold/release/", move.release, name="move_hold_release"),
    path("visits/<str:code>/cancel/", cancel.cancel, name="cancel"),
]
