"""Texts kept as files: one file each, sorted by time, once however often they are sent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.sms.folder import FolderSms, Settings, list_texts, read_text

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def send(folder: Path, message_id: str, *, minutes: int = 0, text: str = "مرحبا") -> None:
    connector = FolderSms(Settings(str(folder)), clock=lambda: AT + timedelta(minutes=minutes))
    sms = OutgoingSms(message_id=message_id, to="+447700900123", text=text, language="ar")
    assert connector.send(sms).provider_id == message_id


def test_a_text_is_read_as_it_was_written(tmp_path: Path) -> None:
    send(tmp_path / "new", "m-1")

    (kept,) = list_texts(tmp_path / "new")
    assert (kept.to, kept.text, kept.language) == ("+447700900123", "مرحبا", "ar")
    assert (kept.message_id, kept.received_at) == ("m-1", AT)


def test_the_newest_comes_first(tmp_path: Path) -> None:
    for number in (2, 1, 3):
        send(tmp_path, f"m-{number}", minutes=number)

    assert [text.message_id for text in list_texts(tmp_path)] == ["m-3", "m-2", "m-1"]


def test_a_text_sent_twice_is_kept_once(tmp_path: Path) -> None:
    send(tmp_path, "m-1")
    send(tmp_path, "m-1", minutes=1)

    assert len(list_texts(tmp_path)) == 1


def test_a_folder_that_cannot_be_written_is_worth_another_try(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    connector = FolderSms(Settings(str(tmp_path / "file")))

    with pytest.raises(TemporaryFailure):
        connector.send(OutgoingSms(message_id="m-1", to="+44", text="x"))
    with pytest.raises(TemporaryFailure):
        connector.check()


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    assert str(tmp_path) in FolderSms(Settings(str(tmp_path))).check()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x", "../secret", "20261123T090000000000-zzzzzzzz", ""])
def test_only_texts_of_ours_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.json").write_text("{}")
    assert list_texts(tmp_path) == []
    with pytest.raises(LookupError):
        read_text(tmp_path, name)
