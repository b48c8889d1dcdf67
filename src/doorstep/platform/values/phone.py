"""Normalize a phone number to E.164 or say why not."""

from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult

# Longer texts are no phone number; keeps the parser's regular expressions off megabytes.
LONGEST_TEXT = 60
NEVER_MOBILE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


class PhoneProblem(StrEnum):
    """Why a text is not a phone number we can use."""

    EMPTY = "empty"
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_COUNTRY = "unknown_country"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    HAS_EXTENSION = "has_extension"


class InvalidPhone(ValueError):
    """The text is not a usable phone number; `reason` says why."""

    def __init__(self, text: str, reason: PhoneProblem) -> None:
        super().__init__(f"{text[:LONGEST_TEXT]!r} is not a usable phone number: {reason}")
        self.reason = reason


def normalize_phone(text: str, *, region: str) -> str:
    """The number in E.164 ("+447700900123"), read as dialed in `region` (ISO 3166, "GB").

    Checks the length, not whether the number is assigned: numbering plans change between releases
    of the library, and numbers reserved for fiction are never assigned. Emergency and other short
    numbers are too short. Raises InvalidPhone.
    """
    if not text.strip():
        raise InvalidPhone(text, PhoneProblem.EMPTY)
    if len(text) > LONGEST_TEXT:
        raise InvalidPhone(text, PhoneProblem.TOO_LONG)
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        raise InvalidPhone(text, _reason(error)) from error
    if number.extension:
        raise InvalidPhone(text, PhoneProblem.HAS_EXTENSION)
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        case ValidationResult.TOO_LONG:
            raise InvalidPhone(text, PhoneProblem.TOO_LONG)
        case ValidationResult.INVALID_COUNTRY_CODE:
            raise InvalidPhone(text, PhoneProblem.UNKNOWN_COUNTRY)
        case _:
            raise InvalidPhone(text, PhoneProblem.TOO_SHORT)


def may_receive_texts(number: str) -> bool:
    """False when an E.164 number is known to be a landline or a service line; when unsure, True."""
    return phonenumbers.number_type(phonenumbers.parse(number)) not in NEVER_MOBILE


def _reason(error: NumberParseException) -> PhoneProblem:
    match error.error_type:
        case NumberParseException.INVALID_COUNTRY_CODE:
            return PhoneProblem.UNKNOWN_COUNTRY
        case NumberParseException.TOO_LONG:
            return PhoneProblem.TOO_LONG
        case NumberParseException.TOO_SHORT_AFTER_IDD | NumberParseException.TOO_SHORT_NSN:
            return PhoneProblem.TOO_SHORT
        case _:
            return PhoneProblem.NOT_A_NUMBER
