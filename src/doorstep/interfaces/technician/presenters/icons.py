"""The picture of the installed page: a door in the colour of the portal."""

import io

from PIL import Image, ImageDraw

from doorstep.platform.values.colors import readable_on

# Phones ask for these (192 and 512 for the manifest, 180 for iOS).
SIZES = (180, 192, 512)
# Drawn larger and made smaller, so that curves are smooth.
_SCALE = 4


def door_icon(color: str, size: int) -> bytes:
    """A PNG that may be cut to any shape: all that matters lies in the inner four fifths."""
    whole = size * _SCALE
    picture = Image.new("RGB", (whole, whole), color)
    pen = ImageDraw.Draw(picture)
    ink = readable_on(color)
    left, right, top, bottom = (round(whole * part) for part in (0.32, 0.68, 0.22, 0.77))
    radius = (right - left) // 2
    pen.pieslice(((left, top), (right, top + 2 * radius)), 180, 360, fill=ink)
    pen.rectangle((left, top + radius, right, bottom), fill=ink)
    x, y, knob = round(whole * 0.605), round(whole * 0.54), round(whole * 0.022)
    pen.ellipse((x - knob, y - knob, x + knob, y + knob), fill=color)
    file = io.BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
