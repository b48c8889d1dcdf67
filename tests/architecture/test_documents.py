"""Whoever follows a link of the documents arrives, and the index leads to every page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def links_of(page: Path) -> Iterator[tuple[Path, str]]:
    """The file and the anchor of each link that leads to our own files."""
    for target in _LINK.findall(_CODE.sub("", page.read_text())):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def anchors_of(page: Path) -> set[str]:
    """As code hosts make them: the words of each heading, small, with hyphens."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_arrives(page: Path) -> None:
    dead = [
        f"{path}#{anchor}"
        for path, anchor in links_of(page)
        if not path.exists() or (anchor and anchor not in anchors_of(path))
    ]

    assert dead == []


def test_the_index_leads_to_every_page() -> None:
    """Decisions are a folder to look through; it names that."""
    linked = {path for path, _anchor in links_of(INDEX)}
    pages = {page for page in DOCS.rglob("*.md") if page.parent != DOCS / "decisions"}

    assert sorted(pages - linked - {INDEX}) == []
    assert DOCS / "decisions" in linked
    assert INDEX in {path for path, _anchor in links_of(ROOT / "README.md")}


def test_every_picture_is_shown_somewhere() -> None:
    linked = {path for page in PAGES for path, _anchor in links_of(page)}

    assert sorted(set((DOCS / "images").iterdir()) - linked) == []
