"""Photos of a visit and the signature: written anew from the pixels, kept where only we reach.

Nothing else of an upload survives, neither the place nor the time a phone notes in it
(platform/lib/images.py).
"""

import base64
import binascii
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.images import clean_image

from ..errors import NotChangeable, NotSigned, TooManyPhotos
from ..models import Booking, BookingPhoto, BookingSignature, ParentStatus
from ..rules import lock_latest
from .on_site import Report, carry_out, check_not_canceled, moment_of

MOST_PHOTOS = 20
MOST_OF_CUSTOMERS = 6
LONGEST_SIDE = 2000
# What the camera of a phone makes today; what is kept is smaller.
MOST_BYTES = 15 * 1024 * 1024
_DRAWN = "data:image/png;base64,"
_LONGEST_DRAWING = 400_000


def add_photo(report: Report, *, upload: File[bytes], caption: str = "") -> Booking:
    """A technician's photo. Raises TooManyPhotos, NotUnderWay, or ValidationError for what is no
    picture or too large."""
    upload.seek(0)
    digest = sha256(upload.read()).hexdigest()

    def change(current: Booking) -> None:
        check_not_canceled(current)
        if BookingPhoto.objects.filter(booking=current).count() >= MOST_PHOTOS:
            raise TooManyPhotos(count=MOST_PHOTOS)
        picture = clean_image(upload, max_side=LONGEST_SIDE, max_bytes=MOST_BYTES)
        photo = BookingPhoto(
            booking=current,
            caption=caption.strip()[:200],
            author=report.actor.user,
            created_at=moment_of(report, current),
        )
        photo.picture.save(str(picture.name), picture, save=False)
        photo.save()
        data = {"caption": photo.caption}
        record(actor=report.actor, action="photo added", obj=current, data=data)

    return carry_out(report, {"do": "photo", "digest": digest, "caption": caption}, change)


@transaction.atomic
def add_customer_photo(
    *, booking: Booking, upload: File[bytes], caption: str, actor: Actor, now: datetime
) -> BookingPhoto:
    """What the technician shall see beforehand. Raises NotChangeable once the visit is over,
    TooManyPhotos, or ValidationError for what is no picture or too large."""
    picture = clean_image(upload, max_side=LONGEST_SIDE, max_bytes=MOST_BYTES)
    current = lock_latest(booking)
    if current.parent_status in (ParentStatus.COMPLETED, ParentStatus.CANCELED):
        raise NotChangeable
    own = BookingPhoto.objects.filter(booking=current, is_from_customer=True)
    if own.count() >= MOST_OF_CUSTOMERS:
        raise TooManyPhotos(count=MOST_OF_CUSTOMERS)
    photo = BookingPhoto(
        booking=current,
        caption=caption.strip()[:200],
        author=actor.user,
        is_from_customer=True,
        created_at=now,
    )
    photo.picture.save(str(picture.name), picture, save=False)
    photo.save()
    record(actor=actor, action="photo added", obj=current, data={"caption": photo.caption})
    return photo


@transaction.atomic
def remove_customer_photo(*, photo: BookingPhoto, actor: Actor) -> None:
    """Raises NotChangeable once the visit is over."""
    current = lock_latest(photo.booking)
    if current.parent_status in (ParentStatus.COMPLETED, ParentStatus.CANCELED):
        raise NotChangeable
    storage, name = photo.picture.storage, str(photo.picture.name)
    record(actor=actor, action="photo removed", obj=current, data={"caption": photo.caption})
    photo.delete()
    transaction.on_commit(lambda: storage.delete(name))


def sign(report: Report, *, name: str, drawing: str = "") -> Booking:
    """Who signs for the work: the name, and what was drawn, a PNG as a data address. Signing again
    replaces it. Raises NotSigned without a name, NotUnderWay, ValidationError."""

    def change(current: Booking) -> None:
        check_not_canceled(current)
        signer = name.strip()[:120]
        if not signer:
            raise NotSigned
        values = {
            "name": signer,
            "taken_by": report.actor.user,
            "signed_at": moment_of(report, current),
            "picture": "",
        }
        old = BookingSignature.objects.filter(booking=current).first()
        signature, _made = BookingSignature.objects.update_or_create(
            booking=current, defaults=values
        )
        if drawing:
            picture = clean_image(_decode(drawing), max_side=1200)
            signature.picture.save(str(picture.name), picture, save=True)
        if old is not None and old.picture:
            _remove_file(old)
        record(actor=report.actor, action="signed", obj=current, data={"name": signer})

    values = {"do": "sign", "name": name, "drawing": sha256(drawing.encode()).hexdigest()}
    return carry_out(report, values, change)


def _remove_file(signature: BookingSignature) -> None:
    """Once it is certain that nothing points to it any more."""
    storage, name = signature.picture.storage, str(signature.picture.name)
    transaction.on_commit(lambda: storage.delete(name))


def _decode(drawing: str) -> ContentFile[bytes]:
    refused = ValidationError(_("The signature could not be read. Please draw it again."))
    if not drawing.startswith(_DRAWN) or len(drawing) > _LONGEST_DRAWING:
        raise refused
    try:
        return ContentFile(base64.b64decode(drawing.removeprefix(_DRAWN), validate=True))
    except binascii.Error as error:
        raise refused from error
