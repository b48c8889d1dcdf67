"""The default words of every type, channel and language (reliability F95)."""

import re
from datetime import datetime

import pytest

from doorstep.domain.notifications.message_types import ACCOUNT_MAIL, MESSAGE_TYPES
from doorstep.domain.notifications.models import Channel
from doorstep.domain.notifications.rendering import render_mail, render_sms
from doorstep.domain.notifications.words.defaults import DEFAULTS, PARTS
from doorstep.domain.notifications.words.fill import names_in
from doorstep.domain.notifications.words.placeholders import placeholders_of
from doorstep.domain.notifications.words.texts import default_words
from tests.factories.organization import make_portal

from .words_cases import BY_MAIL, BY_SMS, LANGUAGES, sample_message

pytestmark = pytest.mark.django_db
# Their letters fit the small alphabet of text messages.
GSM_7 = ("en", "de", "fr", "es", "pt")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", BY_MAIL)
def test_a_mail_of_every_type_is_whole_in_every_language(
    kind: str, language: str, now: datetime
) -> None:
    portal = make_portal(contact_phone="+44 161 496 0000", contact_email="hello@example.com")
    mail = render_mail(sample_message(kind, portal, language=language), now=now)

    for text in (mail.subject, mail.text, re.sub(r"<style>.*?</style>", "", mail.html, flags=re.S)):
        assert text.strip()
        assert not re.search(r"[{}]|%\(|None", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", BY_SMS)
def test_a_text_message_of_every_type_is_short_in_every_language(
    kind: str, language: str, now: datetime
) -> None:
    message = sample_message(kind, make_portal(), language=language, channel=Channel.SMS)
    sms = render_sms(message, now=now)

    assert "{" not in sms.text
    assert sms.marker
    assert sms.segments.count <= (1 if language in GSM_7 else 2), sms.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", DEFAULTS)
def test_words_name_declared_placeholders_and_the_same_in_all_languages(
    kind: str, language: str
) -> None:
    words, english = default_words(kind, language), default_words(kind, "en")

    for part in PARTS:
        named = names_in(str(getattr(words, part)))
        assert named <= set(placeholders_of(kind))
        assert named == names_in(str(getattr(english, part))), part


def test_every_type_has_words_and_those_for_phones_where_it_goes_there() -> None:
    assert set(DEFAULTS) == set(MESSAGE_TYPES) - {ACCOUNT_MAIL.name}
    assert {name for name, words in DEFAULTS.items() if words.sms} == set(BY_SMS)
