"""Every text customers see exists in every language, with the same placeholders."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "src" / "doorstep" / "locale"
LANGUAGES = ("ar", "de", "es", "fr", "he", "pt")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def catalog(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file)


def texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)


def messages(language: str) -> list[Message]:
    return [message for message in catalog(language) if message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_or_in_doubt(language: str) -> None:
    missing = [
        message.id
        for message in messages(language)
        if message.fuzzy or not all(texts(message.string))
    ]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_invent_no_placeholder_and_lose_none(language: str) -> None:
    wrong = []
    for message in messages(language):
        wanted = set(_PLACEHOLDER.findall(texts(message.id)[-1]))
        for form in texts(message.string):
            found = set(_PLACEHOLDER.findall(form))
            # A form for exactly one or two may say the number in words.
            may_lack = {"%(count)d", "%(hours)d"} if message.pluralizable else set()
            if not (wanted - may_lack <= found <= wanted):
                wrong.append((message.id, form))

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_know_the_same_texts(language: str) -> None:
    assert {(each.context, each.id) for each in messages(language)} == {
        (each.context, each.id) for each in messages("de")
    }


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not on this machine")
def test_the_catalogs_know_every_text_of_the_sources(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src")
    for file in ("Makefile", "pyproject.toml"):
        shutil.copy2(ROOT / file, tmp_path / file)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    subprocess.run(
        ["make", "messages", f"VENV={ROOT / '.venv'}", "LANGUAGES=de", "-o", ROOT / ".venv/.dev"],
        cwd=tmp_path,
        env={
            **os.environ,
            "DOORSTEP_HOME": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "doorstep.config.settings",
        },
        check=True,
        capture_output=True,
    )

    with (tmp_path / "src/doorstep/locale/de/LC_MESSAGES/django.po").open("rb") as file:
        now = {(each.context, each.id) for each in read_po(file) if each.id}
    assert now == {(each.context, each.id) for each in messages("de")}, "run: make messages"
