"""Check words before they are kept: only declared placeholders, nothing that looks like a program.

Whatever passed by would still be printed as it is and never carried out (fill.py); this is here so
that the office hears of it, and not a customer.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from doorstep.connectors.sms.segments import Segments

from ..message_types import MESSAGE_TYPES, About
from .defaults import OWN_PARTS
from .fill import TOKEN, names_in
from .placeholders import Kind, Placeholder, placeholders_of, reserved_names

ONE_LINE_PARTS = frozenset({"subject", "heading", "button"})
# Text messages are paid by the segment: from here it is worth a word, from there it is refused.
MANY_SEGMENTS, TOO_MANY_SEGMENTS = 2, 6
_BRACES = re.compile(r"[{}].{0,30}")
# "%(name)s", "%n", "%s"; but not "10 % off" and "100%ig".
_PERCENT = re.compile(r"%\(|(?<!\d)(?<!\d )%[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Problem:
    """`part` names the part of the words; a warning does not stand in the way of saving."""

    part: str
    text: str
    is_warning: bool = False


def problems_of(
    words: Mapping[str, str], *, message_type: str, language: str, snippets: Collection[str]
) -> list[Problem]:
    """What is wrong with own words of a type; empty parts stand for the default and are right."""
    found: list[Problem] = []
    is_for_staff = MESSAGE_TYPES[message_type].about is About.STAFF
    if is_for_staff and language != settings.LANGUAGE_CODE:
        found.append(Problem("language", _("The office is written to in English.")))
    declared = placeholders_of(message_type)
    for part in OWN_PARTS:
        text = words.get(part, "")
        if text.strip():
            problems = _part_problems(part, text, declared, snippets)
            found += [Problem(part, problem) for problem in problems]
    sms = words.get("sms", "")
    if sms.strip():
        found += _sms_problems(sms, message_type, declared)
    return found


def segment_problems(segments: Segments) -> list[Problem]:
    """Of a text message as a typical visit fills it."""
    count = segments.count
    if count > TOO_MANY_SEGMENTS:
        text = _("This would be sent as %(count)d text messages; at most %(most)d are allowed.")
        return [Problem("sms", text % {"count": count, "most": TOO_MANY_SEGMENTS})]
    if count > MANY_SEGMENTS:
        text = _("This is sent, and paid, as %(count)d text messages.") % {"count": count}
        return [Problem("sms", text, is_warning=True)]
    return []


def name_problem(name: str) -> str:
    """Why a snippet cannot have this name, or ""."""
    if name in reserved_names():
        return _("{%(name)s} is a placeholder already.") % {"name": name}
    return ""


# --- Parts -----------------------------------------------------------------------------------


def _part_problems(
    part: str, text: str, declared: Mapping[str, Placeholder], snippets: Collection[str]
) -> Iterator[str]:
    control = next((sign for sign in text if _is_control(sign)), None)
    if control is not None:
        yield _("Character %(position)d is a control character.") % {
            "position": text.index(control) + 1
        }
    if part in ONE_LINE_PARTS and len(text.strip().splitlines()) > 1:
        yield _("This must be one line.")
    known = {*declared, *snippets}
    for name in sorted(names_in(text) - known):
        yield _("There is no placeholder {%(name)s} in this message. There are: %(known)s.") % {
            "name": name,
            "known": ", ".join(f"{{{each}}}" for each in (*declared, *sorted(snippets))),
        }
    strange = _BRACES.search(TOKEN.sub("", text))
    if strange:
        yield _("Braces are for placeholders such as {company_name} only, not for “%(found)s”.") % {
            "found": strange[0]
        }
    program = _PERCENT.search(text)
    if program:
        found = text[program.start() : program.start() + 12]
        yield _("“%(found)s” would be printed as it is; placeholders stand in braces.") % {
            "found": found
        }
    links = {name for name in names_in(text) & set(declared) if declared[name].kind is Kind.LINK}
    if part in ONE_LINE_PARTS and links:
        yield _("{%(name)s} is a link and cannot stand here.") % {"name": min(links)}


def _sms_problems(
    text: str, message_type: str, declared: Mapping[str, Placeholder]
) -> Iterator[Problem]:
    if not MESSAGE_TYPES[message_type].by_sms:
        yield Problem("sms", _("Messages of this type go by e-mail only."))
        return
    optional = {name for name, each in declared.items() if each.may_be_empty}
    if all(names_in(line) & optional for line in text.splitlines() if line.strip()):
        yield Problem(
            "sms",
            _("One line at least must do without what may be missing: %(names)s.")
            % {"names": ", ".join(f"{{{name}}}" for name in sorted(names_in(text) & optional))},
        )
    if "link" not in names_in(text):
        yield Problem(
            "sms",
            _("Without {link} the customer cannot see, move or cancel the visit from here."),
            is_warning=True,
        )


def _is_control(sign: str) -> bool:
    return (unicodedata.category(sign) == "Cc" and sign not in "\r\n") or sign in "\u2028\u2029"
