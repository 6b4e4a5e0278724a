"""What the upload page sends: begin, slices, finish. JSON, for people who may add model files."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from . import checking, uploads
from .rows import ModelUpload
from .uploads import UploadRefused

BEGIN_BYTES = 4096
View = Callable[..., HttpResponse]


def answers_json(view: View) -> View:
    """Refusals become JSON with the status that says the same."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if not request.user.has_perm("processors.add_modelfile"):
            raise PermissionDenied
        try:
            return view(request, *args, **options)
        except UploadRefused as refusal:
            facts = {"code": refusal.code, "message": refusal.message, **refusal.facts}
            return JsonResponse(facts, status=refusal.status)

    return answered


@require_http_methods(["POST"])
@answers_json
def begin(request: HttpRequest) -> HttpResponse:
    asked = _body(request)
    name, size, fingerprint = (asked.get(key) for key in ("name", "size", "fingerprint"))
    if not (isinstance(name, str) and isinstance(size, int) and isinstance(fingerprint, str)):
        raise UploadRefused("bad_request", 400, _("This request is not understood. Load the page again."))
    upload = uploads.begin(request.user, name, size, fingerprint)
    return JsonResponse(
        {
            "id": str(upload.pk),
            "url": reverse("admin:processors_modelfile_slice", args=[upload.pk]),
            "finish": reverse("admin:processors_modelfile_finish", args=[upload.pk]),
            "received": uploads.received(upload),
            "slice_bytes": uploads.SLICE_BYTES,
        },
        status=201,
    )


@require_http_methods(["GET", "PUT", "DELETE"])
@answers_json
def slice_of(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    upload = _own(request, pk)
    if request.method == "DELETE":
        uploads.cancel(upload)
        return JsonResponse({}, status=200)
    if request.method == "PUT":
        _refuse_large_body(request)
        # Read as a stream: Django keeps request.body below the size of our slices.
        uploads.add(upload, _offset(request), request.read(uploads.SLICE_BYTES + 1))
    return JsonResponse({"received": uploads.received(upload)})


@require_http_methods(["POST"])
@answers_json
def finish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    upload, said = _own(request, pk), _body(request)
    sha256 = str(said.get("sha256") or "")
    if said.get("definition"):
        definition = _own(request, _uuid(said["definition"]))
        file = uploads.finish_pair(upload, sha256, definition, str(said.get("definition_sha256") or ""))
    else:
        file = uploads.finish(upload, sha256)
    checking.begin(file)
    return JsonResponse({"url": reverse("admin:processors_modelfile_change", args=[file.pk])}, status=201)


@require_http_methods(["POST"])
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The button of the page, for an upload that nobody goes on with: one's own, or for who may delete files any."""
    if not request.user.has_perm("processors.add_modelfile"):
        raise PermissionDenied
    upload = get_object_or_404(uploads.cancelable_by(request.user), pk=pk)
    uploads.cancel(upload)
    messages.success(request, _("The upload of “%(name)s” is canceled.") % {"name": upload.name})
    return redirect("admin:processors_modelfile_add")


def _own(request: HttpRequest, pk: uuid.UUID) -> ModelUpload:
    return get_object_or_404(ModelUpload, pk=pk, user_id=request.user.pk)


def _uuid(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError as error:
        raise Http404 from error


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        value = json.loads(request.read(BEGIN_BYTES))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UploadRefused("bad_request", 400, _("This request is not understood. Load the page again."))
    return value


def _offset(request: HttpRequest) -> int:
    offset = request.GET.get("offset", "")
    if not offset.isdecimal():
        raise Http404
    return int(offset)


def _refuse_large_body(request: HttpRequest) -> None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > uploads.SLICE_BYTES:
        raise UploadRefused("slice_too_large", 413, _("This part of the file is too large."))
