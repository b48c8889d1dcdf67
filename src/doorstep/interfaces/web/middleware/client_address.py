"""Whose address a request comes from, behind a known number of proxies of ours."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .base import Middleware


class ClientAddressMiddleware(Middleware):
    """Sets REMOTE_ADDR to the address seen by the outermost of our proxies.

    Each proxy appends the address it was called from, so with n proxies the client is the n-th
    entry from the end; what stands before it was written by the client and is not believed. The
    header is removed afterwards, so that nobody below reads the forgeable part.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = client_address(request.META.pop("HTTP_X_FORWARDED_FOR", ""))
        if address:
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def client_address(forwarded: str) -> str:
    """The address our outermost proxy was called from; empty when nobody of ours says so."""
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if not settings.TRUSTED_PROXIES or len(hops) < settings.TRUSTED_PROXIES:
        return ""
    return _address(hops[-settings.TRUSTED_PROXIES])


def _address(text: str) -> str:
    """The IP address in a hop, with or without port; empty for anything else."""
    candidates = [text, text.strip("[]")]
    if text.startswith("["):
        candidates.append(text[1:].partition("]")[0])
    elif text.count(":") == 1:
        candidates.append(text.partition(":")[0])
    for candidate in candidates:
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return ""
