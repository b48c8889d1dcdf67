"""Pictures from outside are checked and written anew."""

import io
import random

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from doorstep.platform.lib.images import clean_image

GPS, ORIENTATION = 0x8825, 0x0112
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(size: tuple[int, int] = (40, 20), mode: str = "RGB", color: object = "red") -> bytes:
    return encode(Image.new(mode, size, color))  # type: ignore[arg-type]


def encode(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def clean(data: bytes, *, name: str = "photo.png", max_side: int = 100) -> Image.Image:
    found = clean_image(SimpleUploadedFile(name, data), max_side=max_side)
    return Image.open(io.BytesIO(found.read()))


def code_of_refusal(data: bytes) -> str:
    with pytest.raises(ValidationError) as refusal:
        clean(data)
    assert refusal.value.code
    return refusal.value.code


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_photos_become_jpeg(form: str) -> None:
    assert clean(encode(Image.new("RGB", (40, 20)), form)).format == "JPEG"


def test_what_is_transparent_stays_so() -> None:
    found = clean(picture(mode="RGBA", color=(0, 0, 0, 0)))

    assert (found.format, found.mode) == ("PNG", "RGBA")


def test_a_picture_is_scaled_down_and_keeps_its_shape() -> None:
    assert clean(picture((400, 200)), max_side=100).size == (100, 50)


def test_a_small_picture_stays_small() -> None:
    assert clean(picture((40, 20)), max_side=100).size == (40, 20)


def test_the_place_of_the_photo_is_not_kept() -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS)[2] = (53.0, 28.0, 48.0)
    exif[0x010E] = "my kitchen"
    data = encode(Image.new("RGB", (40, 20)), "JPEG", exif=exif, comment=b"my kitchen")
    assert b"my kitchen" in data

    found = clean_image(SimpleUploadedFile("photo.jpg", data), max_side=100).read()

    assert not Image.open(io.BytesIO(found)).getexif()
    assert b"my kitchen" not in found


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    data = encode(Image.new("RGB", (40, 20)), "JPEG", exif=exif)

    assert clean(data).size == (20, 40)


def test_what_hangs_on_the_end_of_the_file_is_gone() -> None:
    data = picture() + b"<script>alert(1)</script>PK\x03\x04"

    found = clean_image(SimpleUploadedFile("photo.png", data), max_side=100).read()

    assert b"script" not in found


def test_the_name_is_ours_and_cannot_be_guessed() -> None:
    names = {
        clean_image(SimpleUploadedFile("../evil.php", picture()), max_side=9).name
        for _each in range(3)
    }

    assert len(names) == 3
    assert all(str(name).endswith(".jpg") and "evil" not in str(name) for name in names)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 100, SVG, b"GIF89a" + b"\0" * 50, picture()[:60], b"%PDF-1.7", b"<html>"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert code_of_refusal(data) == "not_an_image"


def test_other_formats_are_refused_even_if_they_are_pictures() -> None:
    assert code_of_refusal(encode(Image.new("RGB", (9, 9)), "GIF")) == "not_an_image"


def test_more_than_five_megabytes_are_refused() -> None:
    assert code_of_refusal(picture() + b"\0" * 5 * 1024 * 1024) == "too_many_bytes"


@pytest.mark.parametrize("size", [(8000, 5001), (30000, 30000)])
def test_a_small_file_with_too_many_pixels_is_refused(size: tuple[int, int]) -> None:
    data = encode(Image.new("1", size), "PNG")
    assert len(data) < 5 * 1024 * 1024

    assert code_of_refusal(data) == "too_many_pixels"


def test_broken_files_are_refused_and_never_break_us() -> None:
    dice = random.Random(1)
    whole = encode(Image.effect_noise((60, 60), 50).convert("RGB"), "JPEG")
    refusals = set()
    for _each in range(200):
        broken = bytearray(whole)
        for _byte in range(dice.randint(1, 8)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            clean(bytes(broken))
        except ValidationError as refusal:
            refusals.add(refusal.code)

    assert refusals <= {"not_an_image", "too_many_pixels"}
