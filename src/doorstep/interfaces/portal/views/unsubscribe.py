"""Out of reminders and surveys: the page behind the link in a mail, and the mail program's button.

RFC 8058: a bare POST to the link, without cookies, unsubscribes and is answered without a
redirect. Looking changes nothing, for mail scanners look at everything.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from doorstep.domain.notifications.models import ConsentSource
from doorstep.domain.notifications.services.consent import change_optional, wishes_of
from doorstep.domain.notifications.unsubscribe import LinkBroken, Subscription, read_token

STOP, START = "stop", "start"


# Mail programs send no token of ours, and who does not know the link can do nothing here.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    try:
        subscription = read_token(token)
    except LinkBroken:
        return render(request, "portal/unsubscribe_broken.html", status=404)
    if request.method != "POST":
        return _page(request, subscription)
    choice = request.POST.get("choice", "")
    change_optional(
        channel=subscription.channel,
        address=subscription.address,
        wanted=choice == START,
        source=ConsentSource.LINK if choice else ConsentSource.ONE_CLICK,
        now=timezone.now(),
    )
    if choice:
        return redirect("portal:unsubscribe", token=token)
    return _page(request, subscription)


def _page(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    wishes = wishes_of(subscription.channel, subscription.address)
    return render(
        request,
        "portal/unsubscribe.html",
        {"address": subscription.masked, "wishes": wishes, "stop": STOP, "start": START},
    )
