"""What a processor takes and gives over HTTP besides its page: parameter files and its picture."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from . import access, catalogue, files, guest_cookie
from .exceptions import ProcessorUnavailable
from .files import FileRefused, Owner
from .manifest import manifest
from .models import Processor
from .visibility import is_guest

# Multipart headers around the file itself.
FORM_OVERHEAD_BYTES = 16 * 1024


@require_POST
def upload(request: HttpRequest, slug: str) -> JsonResponse:
    """Take a file for one parameter; answers ``{"file": ID, "name": …, "type": …}``."""
    guest = guest_cookie.ensure(request)
    try:
        processor = access.get_for(request.user, slug)
        _refuse_large_body(request)
        file = _keep(request, processor, Owner.of(request.user, guest))
    except (access.AccessRefused, FileRefused) as refusal:
        return JsonResponse({"code": refusal.code, "message": refusal.message}, status=refusal.status)
    except ProcessorUnavailable:
        message = _("This processor cannot run on this server. Please choose another one.")
        return JsonResponse({"code": "processor_unavailable", "message": message}, status=503)
    answer = JsonResponse({"file": str(file.pk), "name": file.name, "type": file.content_type}, status=201)
    if is_guest(request.user):
        guest_cookie.give(answer, guest)
    return answer


@require_GET
@cache_control(private=True, max_age=3600)
def thumbnail(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The uploaded picture of a card; its address carries the time of the change."""
    try:
        processor = access.get_for(request.user, slug)
    except access.AccessRefused as refusal:
        return JsonResponse({"code": refusal.code, "message": refusal.message}, status=refusal.status)
    if not processor.thumbnail:
        return no_picture()
    try:
        return FileResponse(processor.thumbnail.open(), content_type="image/jpeg")
    except FileNotFoundError:
        return no_picture()


def no_picture() -> JsonResponse:
    return JsonResponse({"code": "not_found", "message": _("There is no picture.")}, status=404)


def _keep(request: HttpRequest, processor: Processor, owner: Owner) -> Any:
    parameter = _file_parameter(processor, request.POST.get("parameter", ""))
    sent = request.FILES.get("file")
    if sent is None:
        raise FileRefused("no_file", 400, _("No file arrived. Choose one and try again."))
    return files.keep(sent, parameter, owner)


def _file_parameter(processor: Processor, name: str) -> Mapping[str, Any]:
    cls = catalogue.load_class(processor.key, processor.configuration)
    parameters: list[dict[str, Any]] = manifest(cls)["parameters"]
    for parameter in parameters:
        if parameter["name"] == name and parameter["type"] == "file":
            return parameter
    raise FileRefused("unknown_parameter", 400, _("This processor takes no file here."))


def _refuse_large_body(request: HttpRequest) -> None:
    """Look at the header first: reading ``request.POST`` would receive the whole body."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.PARAMETER_FILE_BYTES + FORM_OVERHEAD_BYTES:
        raise files.too_large(settings.PARAMETER_FILE_BYTES)
