"""The address of an external survey: a template with placeholders, checked before it is kept.

Only https, only a host somebody has allowed, and no placeholder before the path: what is filled in
can never lead to another site.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name
from django.utils.translation import gettext_lazy as _

PLACEHOLDERS = ("booking_number", "service", "language")

# No user, no port, nothing a browser could read as the end of the host or of an attribute.
_ADDRESS = re.compile(r"https://(?P<host>[a-z0-9.-]+)(?P<rest>[/?#][^\s\\<>\"'`]*)?", re.IGNORECASE)
_NAMED = re.compile(r"\{([^{}]*)\}")


def check_template(template: str, *, allowed_hosts: list[str]) -> None:
    """Raises ValidationError for what must not be linked or framed."""
    host = host_of(template)
    if not host:
        raise ValidationError(_("Type an address such as https://forms.example.com/visit."))
    if host not in allowed_hosts:
        raise ValidationError(_("%(host)s is not among the allowed hosts.") % {"host": host})
    unknown = [name for name in _NAMED.findall(template) if name not in PLACEHOLDERS]
    if unknown:
        raise ValidationError(
            _("There is no placeholder {%(name)s}. There are: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)}
        )
    if set(_NAMED.sub("", template)) & {"{", "}"}:
        raise ValidationError(_("A curly bracket has no partner."))


def check_host(host: str) -> None:
    """Raises ValidationError for anything but a host's name, such as forms.example.com."""
    try:
        validate_domain_name(host)
    except ValidationError as error:
        text = _("%(host)s is not a host name such as forms.example.com.")
        raise ValidationError(text % {"host": host}) from error


def host_of(template: str) -> str:
    """The host of an https address, in small letters; empty for every other text."""
    found = _ADDRESS.fullmatch(template)
    return found["host"].lower() if found else ""


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """The address with the values in the places of their names, encoded for any part of a URL.

    Braces that name no placeholder stay: links from before there were placeholders keep working.
    """

    def _filled(match: re.Match[str]) -> str:
        name = match[1]
        return quote(values[name], safe="") if name in values else match[0]

    return _NAMED.sub(_filled, template)
