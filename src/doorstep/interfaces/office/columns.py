"""Typed faces for unfold's decorators and for small pieces of HTML."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise
from unfold.decorators import display
from unfold.utils import display_for_label

F = TypeVar("F", bound=Callable[..., Any])

# Badge variants by what a state means to the office; keys are stored values.
STATE_BADGES = {
    "unscheduled": "warning",
    "scheduled": "info",
    "traveling": "primary",
    "on_break": "warning",
    "in_progress": "primary",
    "completed": "success",
    "posted": "success",
    "canceled": "danger",
    "pending": "info",
    "sending": "info",
    "sent": "success",
    "delivered": "success",
    "bounced": "danger",
    "failed": "danger",
    "unknown": "warning",
    "suppressed": "default",
    "requested": "warning",
    "approved": "success",
    "rejected": "danger",
    "open": "info",
    "redeemed": "success",
    "expired": "warning",
    "revoked": "danger",
    "blocked": "danger",
    "closed": "default",
}


def column(
    description: StrOrPromise,
    *,
    ordering: Any = None,
    boolean: bool | None = None,
    badge: bool = False,
) -> Callable[[F], F]:
    """A computed column. With `badge` the method returns (state, text) and the state colors it."""

    def decorate(function: F) -> F:
        @wraps(function)
        def shown(*args: Any) -> SafeString:
            # Rendered here and not by the list, so that it looks the same in a form.
            return state_badge(*function(*args))

        decorated: F = display(description=description, ordering=ordering, boolean=boolean)(
            shown if badge else function
        )
        return decorated

    return decorate


def state_badge(state: str, text: StrOrPromise) -> SafeString:
    """The text of a state in its color."""
    badge: SafeString = display_for_label((state, text), "–", STATE_BADGES)
    return badge


def link_to(row: models.Model | None, text: StrOrPromise | None = None) -> str | SafeString:
    """A link to the row's page in the office; its name alone when it has none; a dash for none."""
    if row is None:
        return "–"
    label = text or str(row)
    try:
        path = reverse(f"office:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return str(label)
    if " " not in str(label):
        return format_html('<a class="office-link office-nowrap" href="{}">{}</a>', path, label)
    return format_html('<a class="office-link" href="{}">{}</a>', path, label)


def link_to_list(model: type[models.Model], query: str, text: StrOrPromise) -> SafeString:
    path = reverse(f"office:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return format_html('<a class="office-link" href="{}?{}">{}</a>', path, query, text)
