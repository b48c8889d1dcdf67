"""Lengths of work in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def format_duration(minutes: int) -> str:
    """ "45 minutes", "1 hour", "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest}
    if not rest:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
