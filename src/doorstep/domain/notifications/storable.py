"""Words from outside, made fit for a column: what PostgreSQL cannot store is left out."""

import re

# NUL, half surrogate pairs, and the control characters that could fake a line of a log.
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def one_line(text: str, limit: int) -> str:
    """The text in one line, at most `limit` characters of it."""
    # Cut twice: the first keeps the work small, whatever was sent.
    return " ".join(_UNSTORABLE.sub(" ", text[: 4 * limit]).split())[:limit].rstrip()
