"""What every connector shares: its answers, its errors, and how it declares its settings.

A connector takes plain data. It returns a receipt (or data), or raises one of three errors that
tell the caller what to do next: try again, give up, or find out first. Texts in errors are for
staff and logs; they carry no secrets and no message bodies.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

SettingsT = TypeVar("SettingsT")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took it over. `provider_id` finds it again in the provider's reports."""

    provider_id: str
    detail: str = ""


class ConnectorError(Exception):
    """The base: `code` is stable and short, `text` is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class TemporaryFailure(ConnectorError):
    """Nothing happened; trying again makes sense, after `retry_after_s` if the provider said so.

    `is_for_account` means that the wait concerns every call of the account, not only those about
    the same recipient, mailbox or calendar.
    """

    def __init__(
        self,
        code: str,
        text: str,
        *,
        retry_after_s: float | None = None,
        is_for_account: bool = False,
    ) -> None:
        super().__init__(code, text)
        self.retry_after_s = retry_after_s
        self.is_for_account = is_for_account


class CredentialsRefused(TemporaryFailure):
    """The provider does not take our name and password, or has locked the account.

    Nothing is wrong with the message, and every other would fail the same way: the connector
    pauses as a whole and staff are told. Messages wait until the credentials are right.
    """

    def __init__(self, text: str) -> None:
        super().__init__("credentials", text, is_for_account=True)


class PermanentFailure(ConnectorError):
    """Nothing happened, and the same request will never succeed."""


class UnknownOutcome(ConnectorError):
    """It may have happened. Trying again may do it twice: look first, or repeat idempotently.

    Not before `retry_after_s`, if the provider named a time; `is_for_account` as above.
    """

    def __init__(
        self,
        code: str,
        text: str,
        *,
        retry_after_s: float | None = None,
        is_for_account: bool = False,
    ) -> None:
        super().__init__(code, text)
        self.retry_after_s = retry_after_s
        self.is_for_account = is_for_account


# --- Settings ------------------------------------------------------------------------------


class InvalidSettings(ValueError):
    """A connector's settings are incomplete or of the wrong kind; the text names the field."""


@dataclass(frozen=True, slots=True)
class SettingDescription:
    """One setting of a connector, as a form or a document needs it.

    `kind` is str, int, float or bool; `choices` are the only values, if there are any. Label and
    help are English message ids to translate.
    """

    name: str
    label: str
    help: str
    kind: type
    is_secret: bool
    is_required: bool
    default: object
    choices: tuple[str, ...] = ()


def setting(
    label: str,
    *,
    help: str = "",
    secret: bool = False,
    default: object = MISSING,
    choices: tuple[str, ...] = (),
) -> Any:
    """A field of a frozen settings dataclass, with what a form needs to ask for it.

    Secrets stay out of the dataclass's repr, so that they stay out of logs.
    """
    metadata = {"label": label, "help": help, "secret": secret, "choices": choices}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(metadata=metadata, repr=not secret, default=default)


def describe(settings_class: type) -> tuple[SettingDescription, ...]:
    """The settings of a connector, in the order of declaration."""
    kinds = get_type_hints(settings_class)
    return tuple(
        SettingDescription(
            name=declared.name,
            label=declared.metadata.get("label", declared.name),
            help=declared.metadata.get("help", ""),
            kind=kinds[declared.name],
            is_secret=declared.metadata.get("secret", False),
            is_required=declared.default is MISSING,
            default=None if declared.default is MISSING else declared.default,
            choices=declared.metadata.get("choices", ()),
        )
        for declared in fields(settings_class)
    )


def read_settings(settings_class: type[SettingsT], values: Mapping[str, object]) -> SettingsT:
    """Settings from stored values; keys that are not declared are left alone.

    Raises InvalidSettings when a required value is missing or empty, of the wrong type (an int
    may stand for a float), or none of the choices.
    """
    known: dict[str, object] = {}
    for declared in describe(settings_class):
        value = values.get(declared.name)
        if value is None or value == "":
            if declared.is_required:
                raise InvalidSettings(f"{declared.name} is required")
            continue
        if declared.kind is float and type(value) is int:
            value = float(value)
        if type(value) is not declared.kind:
            raise InvalidSettings(f"{declared.name} must be of type {declared.kind.__name__}")
        if declared.choices and value not in declared.choices:
            raise InvalidSettings(f"{declared.name} must be one of {', '.join(declared.choices)}")
        known[declared.name] = value
    return settings_class(**known)
