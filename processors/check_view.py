"""The admin's page of the conformance suite: a button, and what the last check found."""

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from . import check_job
from .models import Processor
from .packages.showing import summary_of_figures

# Faults first; what holds is a long list that nobody needs to read.
ORDER = {"fault": 0, "warning": 1, "note": 2, "good": 3}


@require_http_methods(["GET", "POST"])
def check_view(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Processor, pk=pk)
    if not request.user.has_perm("processors.change_processor"):
        raise PermissionDenied
    if request.method == "POST":
        check_job.start(row)
        return redirect(request.path)
    report = check_job.outcome(row)
    findings = report["findings"] if report else []
    context = {
        "original": row,
        "title": row.title,
        "opts": Processor._meta,
        "is_running": check_job.is_running(row),
        "report": report,
        "has_faults": any(each["level"] == "fault" for each in findings),
        "findings": sorted(findings, key=lambda each: ORDER[each["level"]]),
        "figures": summary_of_figures(report["figures"]) if report else "",
    }
    return TemplateResponse(request, "admin/processors/check.html", {**site.each_context(request), **context})
