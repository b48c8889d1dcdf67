"""Random codes for links and invitations, and the digests under which they are stored."""

import hashlib
import secrets
import unicodedata

# Crockford's base 32: no I, L, O (look like digits) and no U (accidental words).
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_LENGTH = 6, 4  # 24 letters of 5 bits: 120 bits
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
LINK_LETTERS = 26  # 130 bits
LEAST_BYTES = 16


def new_code(size: int = LEAST_BYTES) -> str:
    """A URL-safe code of `size` random bytes; ValueError below 16 bytes (128 bits)."""
    if size < LEAST_BYTES:
        raise ValueError(f"a code needs at least {LEAST_BYTES} bytes, not {size}")
    return secrets.token_urlsafe(size)


def letters(count: int) -> str:
    """So many letters and digits of Crockford's base 32, five random bits each."""
    bits = secrets.randbits(5 * count)
    return "".join(CROCKFORD[bits >> 5 * place & 31] for place in range(count))


def new_short_code() -> str:
    """A code people can type from paper: XXXX-XXXX-XXXX-XXXX-XXXX-XXXX, 120 bits.

    Store `digest(normalize_code(code))`; compare with the same of what was typed.
    """
    return "-".join(letters(GROUP_LENGTH) for _group in range(GROUPS))


def new_link_code() -> str:
    """A code for the end of a link: 26 small letters and digits, 130 bits.

    No sign in it that a mail program would leave out of the link, a phone capitalize or a person
    misread. Store `digest(normalize_code(code))`.
    """
    return letters(LINK_LETTERS).lower()


def normalize_code(text: str) -> str:
    """What was typed for a short code, without grouping and with look-alikes made equal.

    Only for `new_short_code` and `new_link_code`: codes of `new_code` tell upper from lower case.
    """
    plain = "".join(ch for ch in unicodedata.normalize("NFKC", text).upper() if ch.isalnum())
    return plain.translate(LOOK_ALIKES)


def digest(code: str) -> str:
    """SHA-256 in hexadecimal: enough for codes that nobody can guess, and it can be indexed."""
    return hashlib.sha256(code.encode()).hexdigest()
