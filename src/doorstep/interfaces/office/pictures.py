"""Uploaded pictures, for staff: brand images, photos of technicians, photos of visits."""

import mimetypes

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest

_FOLDERS = ("brand/", "photos/", "visits/")


def picture(request: HttpRequest, name: str) -> FileResponse:  # noqa: ARG001
    if not name.startswith(_FOLDERS) or ".." in name or not default_storage.exists(name):
        raise Http404
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(default_storage.open(name), content_type=content_type)
