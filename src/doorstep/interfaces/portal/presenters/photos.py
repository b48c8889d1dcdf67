"""The photos a customer has sent ahead."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.pictures import MOST_OF_CUSTOMERS


@dataclass(frozen=True, slots=True)
class PhotoView:
    url: str
    remove_url: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class PhotosView:
    """`shown` is empty for who came by a link; the count tells that something arrived. There is
    room for `left` more."""

    count: int
    left: int
    shown: tuple[PhotoView, ...]


def sent_count(booking: Booking) -> int:
    return booking.photos.filter(is_from_customer=True).count()


def photos_view(booking: Booking, *, by_link: bool) -> PhotosView:
    rows = list(booking.photos.filter(is_from_customer=True))
    shown = () if by_link else rows
    return PhotosView(
        count=len(rows),
        left=max(0, MOST_OF_CUSTOMERS - len(rows)),
        shown=tuple(
            PhotoView(
                url=reverse("portal:own_photo", args=[booking.code, row.pk]),
                remove_url=reverse("portal:own_photo_remove", args=[booking.code, row.pk]),
                alt=row.caption or _("Your photo"),
                caption=row.caption,
            )
            for row in shown
        ),
    )
