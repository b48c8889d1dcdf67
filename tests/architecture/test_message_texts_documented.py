"""The reference lists every type of message and every placeholder, with its meaning."""

from pathlib import Path

import pytest

from doorstep.domain.notifications.words.defaults import DEFAULTS
from doorstep.domain.notifications.words.placeholders import placeholders_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "message-texts.md"


@pytest.mark.parametrize("kind", DEFAULTS)
def test_the_placeholders_of_each_type_are_documented(kind: str) -> None:
    page = PAGE.read_text()
    missing = [
        name
        for name, each in placeholders_of(kind).items()
        if f"| `{{{name}}}`{' ¹' if each.may_be_empty else ''} | {each.meaning} |" not in page
    ]

    assert missing == []
