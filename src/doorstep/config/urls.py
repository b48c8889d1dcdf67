from django.conf import settings
from django.urls import include, path

from doorstep.demo import urls as demo_urls
from doorstep.interfaces.office.site import office

urlpatterns = [
    path("office/", office.urls),
    path("accounts/", include("doorstep.interfaces.portal.account_urls")),
    path("technician/", include("doorstep.interfaces.technician.urls")),
    path("hooks/", include("doorstep.interfaces.hooks.urls")),
    path("", include("doorstep.interfaces.web.urls")),
    path("", include("doorstep.interfaces.portal.urls")),
]
if settings.IS_DEMO:
    urlpatterns.insert(0, path("demo/", include(demo_urls)))

handler400 = "doorstep.interfaces.web.views.bad_request"
handler403 = "doorstep.interfaces.web.views.permission_denied"
handler404 = "doorstep.interfaces.web.views.not_found"
handler500 = "doorstep.interfaces.web.views.server_error"
