"""Hand out a file that is not public. Who may have it is for the caller to know."""

import mimetypes

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse


def private_file(name: str | None) -> HttpResponse:
    """Raises Http404 for no name, or a file that has gone."""
    if not name or not default_storage.exists(name):
        raise Http404
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    with default_storage.open(name) as file:
        response = HttpResponse(file.read(), content_type=kind)
    # No type a picture can have may run as a page.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
