"""What every template knows."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import translation

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import find_portal

from .brand import brand_of
from .requests import find_request_portal


def page(request: HttpRequest) -> dict[str, Any]:
    language = translation.get_language() or settings.LANGUAGE_CODE
    brand = brand_of(_portal(request), language=language)
    return {
        "brand": brand,
        "page_language": language,
        "page_direction": "rtl" if translation.get_language_bidi() else "ltr",
        "page_languages": settings.LANGUAGES,
        "is_demo": settings.IS_DEMO,
    }


def _portal(request: HttpRequest) -> Portal | None:
    """Error pages keep the brand when they can, and appear when they cannot."""
    try:
        if hasattr(request, "portal"):
            return find_request_portal(request)
        return find_portal(request.META.get("HTTP_HOST", ""))
    except DatabaseError:
        return None
