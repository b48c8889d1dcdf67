"""How far the office's pages depart from the strict Content-Security-Policy, and why."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpResponseBase

OFFICE_POLICY: dict[str, list[str]] = {
    # Unfold's pages are driven by Alpine.js, which compiles the expressions in their x-…
    # attributes: that is eval. No inline script is allowed all the same: what a contact typed
    # cannot run, even if it came through unescaped.
    "script-src": [SELF, UNSAFE_EVAL],
    # Unfold and Alpine set style attributes (widths, hidden parts). Style elements stay forbidden.
    "style-src": [SELF],
    "style-src-attr": [UNSAFE_INLINE],
    # The preview of a message; see MESSAGE_POLICY.
    "frame-src": [SELF],
}

# A message that is not sent yet, in a frame without an address: it obeys the policy of the page
# around it, and its look is in a style element.
PREVIEW_POLICY: dict[str, list[str]] = OFFICE_POLICY | {"style-src": [SELF, UNSAFE_INLINE]}

# A message as it was sent, in a frame of its own: no scripts, no forms, no requests.
MESSAGE_POLICY: dict[str, list[str]] = {
    "default-src": [NONE],
    "img-src": [SELF, "data:"],
    "style-src": [UNSAFE_INLINE],
    "form-action": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": [""],
}


def with_office_policy(response: HttpResponseBase) -> HttpResponseBase:
    """Loosen the site's policy for this answer, unless the view brought one of its own."""
    if not hasattr(response, "_csp_config") and not hasattr(response, "_csp_replace"):
        vars(response)["_csp_replace"] = OFFICE_POLICY
    return response
