"""What a phone asks for when the page is put on its home screen."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from doorstep.interfaces.technician.presenters.icons import SIZES, door_icon
from doorstep.interfaces.web.requests import shown_portal

ONE_DAY = 60 * 60 * 24


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Open to everybody: it holds nothing but the brand."""
    portal = shown_portal(request)
    home = reverse("technician:day")
    icons = [
        {
            "src": reverse("technician:icon", args=[size]),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    icons.append({"src": reverse("web:favicon"), "sizes": "any", "type": "image/svg+xml"})
    response = JsonResponse(
        {
            "id": home,
            "name": _("%(company)s: my day") % {"company": portal.company_name},
            "short_name": portal.company_name,
            "lang": get_language(),
            "dir": "rtl" if get_language_bidi() else "ltr",
            "start_url": home,
            "scope": home,
            "display": "standalone",
            "theme_color": portal.background_color,
            "background_color": portal.background_color,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def icon(request: HttpRequest, size: int) -> HttpResponse:
    if size not in SIZES:
        raise Http404
    picture = door_icon(shown_portal(request).foreground_color, size)
    response = HttpResponse(picture, content_type="image/png")
    patch_cache_control(response, public=True, max_age=ONE_DAY)
    return response
