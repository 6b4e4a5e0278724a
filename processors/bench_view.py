"""The admin's test bench: one processor, one picture in, the result and its time out."""

import base64
import os
from dataclasses import asdict
from typing import Any

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from . import bounded_child, sandbox
from .bench_form import BenchForm
from .bench_report import NoReport, understood
from .files import as_value
from .host_limits import host_limits
from .models import Processor
from .remote.entries import with_secrets
from .remote.servers import with_connections

# Loading a large model takes a while; a processor that hangs must not keep a web thread for ever.
DEADLINE_SECONDS = 30
# Two pictures, one of them the admin's own.
REPORT_BYTES = 16 * 1024**2


@require_http_methods(["GET", "POST"])
def bench_view(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Processor, pk=pk)
    if not request.user.has_perm("processors.change_processor"):
        raise PermissionDenied
    form = BenchForm(request.POST or None, request.FILES or None)
    # A visit tries the first sample at once; the form is for another one.
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    report = played(row, chosen) if not form.is_bound or form.is_valid() else None
    # As pairs: a template would take a result that is named “items” for the method.
    results = list(report.get("data", {}).items()) if report else []
    context: dict[str, Any] = {"original": row, "title": row.title, "opts": Processor._meta, "form": form}
    context |= {"report": report, "results": results}
    return TemplateResponse(request, "admin/processors/try.html", {**site.each_context(request), **context})


def played(row: Processor, chosen: dict[str, Any]) -> dict[str, Any]:
    order = {
        "key": row.key,
        "configuration": with_secrets(with_connections(row.configuration)),
        "values": values_of(row),
        "sample": chosen.get("sample"),
        "limits": asdict(host_limits()),
        "picture": base64.b64encode(chosen.get("picture") or b"").decode(),
    }
    try:
        ended = bounded_child.run(
            "processors.bench", order, clean_environment(), DEADLINE_SECONDS, REPORT_BYTES
        )
        if not ended.status:
            return understood(ended.written)
    except bounded_child.TooLong:
        return {"error": _("No result within %(seconds)s seconds.") % {"seconds": DEADLINE_SECONDS}}
    except (bounded_child.TooMuch, NoReport):
        return {"error": _("What the processor reports cannot be read. Its package needs mending.")}
    detail = ended.last_words[-2000:]
    return {"error": _("The processor ended its process. Its last words:"), "detail": detail}


def values_of(row: Processor) -> dict[str, Any]:
    """The row's own defaults, with the bytes of its files."""
    kept = {str(file.pk): as_value(file) for file in row.files.all()}
    return {
        name: kept.get(value["file"]) if isinstance(value, dict) else value
        for name, value in row.parameters.items()
    }


def clean_environment() -> dict[str, str]:
    """No secrets of the site for code under test."""
    kept = ("PATH", "PYTHONPATH", "LANG", "HOME")
    return sandbox.bare_environment() | {name: os.environ[name] for name in kept if name in os.environ}
