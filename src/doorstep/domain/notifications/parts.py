"""What a text message that was sent is paid by, told from its stored text."""

from doorstep.connectors.sms.segments import Segments, split_segments
from doorstep.platform.lib.tokens import new_link_code

from .rendering import MASK


def parts_of_stored(text: str) -> Segments:
    """The stored text has a mark where its link had the code: counted as long as a code is."""
    return split_segments(text.replace(MASK, new_link_code()))
