"""The portal's addresses. Sign-in lives in account_urls.py."""

from django.urls import URLPattern, include, path

from .views import again, book, cancel, confirm, home, keep, link, live, move, photos, survey, visit

app_name = "portal"


def _pages_of_a_visit(*, by_link: bool) -> list[URLPattern]:
    """The same pages for who signed in and for who came by the link in a message."""
    how, prefix = {"by_link": by_link}, "link_" if by_link else ""
    return [
        path("", visit.visit, how, name=f"{prefix}visit"),
        path("visit.ics", visit.calendar, how, name=f"{prefix}visit_calendar"),
        path("live.json", live.live, how, name=f"{prefix}visit_live"),
        path("photo/<int:number>/", live.photo, how, name=f"{prefix}visit_photo"),
        path("move/", move.move, how, name=f"{prefix}move"),
        path("move/review/", move.review, how, name=f"{prefix}move_review"),
        path("move/hold/extend/", move.extend, how, name=f"{prefix}move_hold_extend"),
        path("move/hold/release/", move.release, how, name=f"{prefix}move_hold_release"),
        path("cancel/", cancel.cancel, how, name=f"{prefix}cancel"),
        path("photos/", photos.photos, how, name=f"{prefix}photos"),
        path("photos/<int:number>/", photos.photo, how, name=f"{prefix}own_photo"),
        path("photos/<int:number>/remove/", photos.remove, how, name=f"{prefix}own_photo_remove"),
        path("keep/", keep.keep, how, name=f"{prefix}keep"),
        path("survey/", survey.survey, how, name=f"{prefix}survey"),
    ]


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
    path("visits/<str:code>/again/", again.again, name="book_again"),
    path("visits/<str:code>/", include(_pages_of_a_visit(by_link=False))),
    # Short, for text messages; here alone stands the secret.
    path("v/<str:code>", link.open_link, name="link"),
    path("visit/<str:code>/", include(_pages_of_a_visit(by_link=True))),
]
