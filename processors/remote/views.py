"""The admin's look at a server: does it answer, which models has it, and what is one of them?"""

from typing import Any

from django.contrib import messages
from django.contrib.admin import site
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from . import inquiry
from .choices import choices_from, make_row
from .forms import LookForm, RegisterForm
from .rows import InferenceServer


@require_http_methods(["GET", "POST"])
def models_view(request: HttpRequest, pk: int) -> HttpResponse:
    server = get_object_or_404(InferenceServer, pk=pk)
    if not request.user.has_perms(["processors.change_inferenceserver", "processors.add_processor"]):
        raise PermissionDenied
    if request.method == "POST":
        return registered(request, server)
    return shown(request, server, LookForm(request.GET if "model" in request.GET else None))


def registered(request: HttpRequest, server: InferenceServer) -> HttpResponse:
    form = RegisterForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(request.get_full_path())
    chosen = form.cleaned_data
    try:
        row = make_row(server, chosen["model"], chosen["version"], chosen["title"], chosen["choice"])
    except signing.BadSignature:
        raise PermissionDenied from None
    messages.success(request, _("“%(title)s” is a draft. Try it, then publish it.") % {"title": row.title})
    return redirect("admin:processors_processor_change", row.pk)


def shown(request: HttpRequest, server: InferenceServer, look: LookForm) -> HttpResponse:
    context: dict[str, Any] = {
        "original": server,
        "title": _("Models of %(server)s") % {"server": server.name},
        "opts": InferenceServer._meta,
        "look": look,
        "report": inquiry.about_server(server),
    }
    if look.is_bound and look.is_valid() and "error" not in context["report"]:
        chosen = look.cleaned_data
        report = inquiry.about_model(server, chosen["model"], chosen["version"])
        context |= {"chosen": chosen, "model": report, "choices": choices_from(report.get("proposals", []))}
    return TemplateResponse(
        request, "admin/processors/inferenceserver/models.html", {**site.each_context(request), **context}
    )
