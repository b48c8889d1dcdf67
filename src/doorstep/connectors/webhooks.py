"""What providers send to us: reports on what became of a message, and texts of customers.

A connector turns one request of its provider into this plain data, after it has proved who sent
it. Reports come twice, late and in any order; `outranks` is the rule for folding them.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A POST that reached us.

    `url` is the full public address with its query, as the provider knows it: made of a setting,
    never of the Host header. Names of headers are in lower case; `body` is what came, untouched.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes


class ForgedWebhook(Exception):
    """The signature is missing, wrong or too old. Nothing of the request may be believed."""


class UnreadableWebhook(Exception):
    """Signed, but not what the provider's documentation promises; the text is for the log."""


# --- Reports -------------------------------------------------------------------------------


class Progress(StrEnum):
    """How far a message came, in one vocabulary for all providers.

    FAILED: it could not be delivered. BOUNCED: the receiving side sent it back. COMPLAINED and
    UNSUBSCRIBED: it arrived, and the recipient wants no more of them.
    """

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"


# Delivered and failed are equals: whichever comes first stays. A mail may still be sent back
# hours after a server took it, so a bounce goes above them.
_RANKS = {
    Progress.QUEUED: 0,
    Progress.SENT: 1,
    Progress.DELIVERED: 2,
    Progress.FAILED: 2,
    Progress.BOUNCED: 3,
    Progress.UNSUBSCRIBED: 4,
    Progress.COMPLAINED: 5,
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A provider's word on one message.

    `provider_id` is that of the receipt. `event_id` is the same whenever the same report comes
    again, empty if the provider has none. `code` and `text` are the provider's reason; `at` is
    the provider's time. `message_id` is our own, when the provider hands it back.
    """

    provider_id: str
    progress: Progress
    event_id: str = ""
    code: str = ""
    text: str = ""
    at: datetime | None = None
    message_id: str = ""


def outranks(new: Progress, old: Progress) -> bool:
    """Whether a report changes the state of its message; if not, it is only recorded."""
    return _RANKS[new] > _RANKS[old]


# --- Texts of customers --------------------------------------------------------------------


class Wish(StrEnum):
    """What a customer's text asks for.

    CANCEL opts out like STOP, because the networks treat the word so, but the customer may well
    mean the visit: somebody has to ask. OTHER is for people to read.
    """

    STOP = "stop"
    START = "start"
    HELP = "help"
    CANCEL = "cancel"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text from a customer's phone; numbers as the provider writes them, E.164 as a rule."""

    provider_id: str
    from_number: str
    to_number: str
    text: str
    wish: Wish


# The English words are those the networks of North America honor; YES is left out of START,
# because an answer to a question is no consent. Words that can only mean the visit (German
# "absagen") are no keywords. All are written as `_letters` leaves them.
_WORDS = {
    Wish.STOP: (
        "stop stopall unsubscribe end quit optout revoke "
        "stopp abmelden abbestellen ende "
        "arret arrete arrett arreter desabonner desinscrire fin "
        "alto baja parar detener terminar "
        "sair remover descadastrar "
        "قف توقف وقف ايقاف الغاءالاشتراك "
        "הסר הסרה עצור הפסק"
    ),
    Wish.CANCEL: "cancel annuler cancelar الغاء ביטול בטל",
    Wish.START: "start unstop anmelden reprendre alta iniciar voltar ابدا اشتراك התחל הצטרף",
    Wish.HELP: "help info hilfe aide ayuda ajuda مساعدة עזרה",
}
_WISHES = {word: wish for wish, words in _WORDS.items() for word in words.split()}


def read_wish(text: str) -> Wish:
    """The wish of a text that is one keyword and nothing else, whatever its case and marks.

    "Opt-out!" and "Arrêter." are keywords; a sentence with "stop" in it is not.
    """
    return _WISHES.get(_letters(text), Wish.OTHER)


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in plain if character.isalpha())
