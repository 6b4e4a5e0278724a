"""What a processor was before, and the way back to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from processors.models import Processor
from processors.visibility import FOR_VISITORS

from . import gate, versions
from .rows import ModelFile, ProcessorVersion

PAGE = "admin/processors/versions.html"


@require_http_methods(["GET", "POST"])
def versions_view(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Processor, pk=pk)
    if not request.user.has_perm("processors.change_processor"):
        raise PermissionDenied
    if request.method == "POST":
        number = request.POST.get("number", "")
        version = get_object_or_404(row.versions, number=int(number) if number.isdecimal() else 0)
        if problem := go_back(row, version):
            messages.error(request, problem)
        else:
            text = _("“%(title)s” is again what it was in version %(number)s.")
            messages.success(request, text % {"title": row.title, "number": version.number})
        return redirect("admin:processors_processor_versions", pk)
    context = {
        "original": row,
        "title": _("Versions of “%(title)s”") % {"title": row.title},
        "opts": Processor._meta,
        "versions": [described(version, row) for version in row.versions.all()],
    }
    return TemplateResponse(request, PAGE, {**site.each_context(request), **context})


def go_back(row: Processor, version: ProcessorVersion) -> str:
    """Return why it is not possible; empty when it is done."""
    if gone := list(missing_models(version)):
        return _("The model %(name)s of that version was deleted. Upload or install it again first.") % {
            "name": gone[0]
        }
    then = Processor(key=version.key, configuration=version.configuration)
    if row.visibility in FOR_VISITORS and (problem := gate.hindrance(then, version.was_offered)):
        return problem
    versions.go_back(row, version)
    return ""


def missing_models(version: ProcessorVersion) -> Iterator[str]:
    ready = ModelFile.objects.filter(state=ModelFile.State.READY)
    for entry in version.configuration.get("models") or []:
        if "sha256" in entry and not ready.filter(sha256=entry["sha256"]).exists():
            yield str(entry.get("title") or entry.get("name"))


def described(version: ProcessorVersion, row: Processor) -> dict[str, Any]:
    entries = version.configuration.get("models") or []
    return {
        "number": version.number,
        "created": version.created,
        "key": version.key,
        "models": ", ".join(str(entry.get("title") or entry.get("name")) for entry in entries),
        "parameters": ", ".join(f"{name} = {shown(value)}" for name, value in version.parameters.items()),
        "is_current": version.number == row.version,
    }


def shown(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, dict) else str(value)
