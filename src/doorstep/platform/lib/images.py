"""Take in a picture from outside: checked, decoded and written anew under a random name.

What is stored is made by us from the pixels. Nothing else of the upload survives: no place or time
where the photo was taken, no scripts, no second file in the same bytes.
"""

import io
import secrets
from typing import Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MAX_BYTES: Final = 5 * 1024 * 1024
# Decoded size is what fills the memory, and a small file can name a very large one.
MAX_PIXELS: Final = 40_000_000
# Raster formats only. SVG is a document that may hold scripts.
FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITY: Final = 85


def clean_image(
    upload: File[bytes], *, max_side: int, max_bytes: int = MAX_BYTES
) -> ContentFile[bytes]:
    """The picture, upright, with no side longer than `max_side` pixels: PNG if it has transparent
    parts, else JPEG. Raises ValidationError with a text for the user."""
    # `size` is counted by Django, not told by the sender.
    if upload.size > max_bytes:
        raise ValidationError(
            _("The picture has %(found).1f MB; at most %(most)d MB are allowed."),
            code="too_many_bytes",
            params={"found": upload.size / 1024 / 1024, "most": max_bytes // 1024 // 1024},
        )
    upload.seek(0)
    picture = _decode(upload.read())
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    is_transparent = picture.mode == "RGBA"
    written = io.BytesIO()
    if is_transparent:
        picture.save(written, "PNG", optimize=True)
    else:
        picture.save(written, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    ending = "png" if is_transparent else "jpg"
    return ContentFile(written.getvalue(), name=f"{secrets.token_hex(16)}.{ending}")


def _decode(data: bytes) -> Image.Image:
    """Upright RGB, or RGBA where something is transparent; no metadata."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            _check_size(opened)
            return _bare(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (OSError, SyntaxError, ValueError, OverflowError, EOFError, MemoryError) as error:
        # What Pillow raises for broken or foreign files, by format.
        raise ValidationError(
            _("This is not a picture we can read. Please choose a JPEG, PNG or WebP file."),
            code="not_an_image",
        ) from error


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large()


def _too_large() -> ValidationError:
    return ValidationError(
        _("The picture has too many pixels; at most %(most)d million are allowed."),
        code="too_many_pixels",
        params={"most": MAX_PIXELS // 1_000_000},
    )


def _bare(picture: Image.Image) -> Image.Image:
    """The pixels on an empty sheet, so that nothing else comes along."""
    rgba = picture.convert("RGBA")
    opaque = rgba.getchannel("A").histogram()[255]
    sheet = Image.new("RGB" if opaque == rgba.width * rgba.height else "RGBA", rgba.size)
    sheet.paste(rgba)
    return sheet
