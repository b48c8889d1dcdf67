"""The words of a message: the company's own where there are any, else the default ones, part by
part; and the snippets they may name."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from django.utils import translation

from doorstep.domain.organization.models import Portal, Snippet

from ..models import MessageText
from .defaults import DEFAULTS, OWN_PARTS, PARTS, Words
from .fill import names_in
from .placeholders import placeholders_of

log = logging.getLogger(__name__)


def default_words(message_type: str, language: str) -> Words:
    """As text in `language`. KeyError for a type whose words stand elsewhere (account_mail)."""
    words = DEFAULTS[message_type]
    with translation.override(language):
        return Words(**{part: str(getattr(words, part)) for part in PARTS})


class Texts:
    """Own words and snippets of portals, each read once; not to be shared between threads."""

    def __init__(self) -> None:
        self._words: dict[tuple[int | None, str, str], dict[str, str]] = {}
        self._snippets: dict[tuple[int | None, str], dict[str, str]] = {}

    def own_words(self, portal: Portal, message_type: str, language: str) -> dict[str, str]:
        key = (portal.pk, message_type, language)
        if key not in self._words:
            self._words[key] = own_words(portal, message_type, language)
        return self._words[key]

    def snippets(self, portal: Portal, language: str) -> dict[str, str]:
        key = (portal.pk, language)
        if key not in self._snippets:
            self._snippets[key] = snippets_of(portal, language)
        return self._snippets[key]


def words_of(
    *,
    portal: Portal,
    message_type: str,
    language: str,
    texts: Texts,
    draft: Mapping[str, str] | None = None,
) -> Words:
    """`draft` are own words that are not saved yet, by part; they take the place of saved ones."""
    words = default_words(message_type, language)
    own = texts.own_words(portal, message_type, language) if draft is None else draft
    if not own:
        return words
    known = {*placeholders_of(message_type), *texts.snippets(portal, language)}
    usable = {}
    for part in OWN_PARTS:
        text = own.get(part, "")
        if not text.strip():
            continue
        if names_in(text) <= known:
            usable[part] = text
        else:
            # A snippet was renamed or deleted since: better the default than a hole in a text.
            unknown = ", ".join(sorted(names_in(text) - known))
            log.warning("%s of %s (%s) names %s", part, message_type, language, unknown)
    return replace(words, **usable)


def own_words(portal: Portal, message_type: str, language: str) -> dict[str, str]:
    if portal._state.adding:  # it only carries the company's name
        return {}
    rows = MessageText.objects.filter(portal=portal, message_type=message_type, language=language)
    row = rows.first()
    return {part: getattr(row, part) for part in OWN_PARTS} if row else {}


def snippets_of(portal: Portal, language: str) -> dict[str, str]:
    """The portal's own snippets for a reader of `language`: hers before those for all."""
    if portal._state.adding:  # it only carries the company's name
        return {}
    rows = Snippet.objects.filter(portal=portal, language__in=["", language]).order_by("language")
    return dict(rows.values_list("name", "text"))


def uses_of(portal: Portal, name: str, *, language: str = "") -> list[MessageText]:
    """Own texts that name the snippet; `language` limits it to texts in one."""
    rows = MessageText.objects.filter(portal=portal)
    if language:
        rows = rows.filter(language=language)
    return [row for row in rows if any(name in names_in(getattr(row, part)) for part in OWN_PARTS)]
