"""The known models in the admin: what there is, what is here, and one button for each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from processors import catalogue
from processors.translation import translated

from . import install, jobs, store
from .download import InstallFailed, InstallRuns
from .known import KnownModel, UnknownModel, all_known, named
from .rows import ModelFile

PAGE = "admin/processors/modelfile/known.html"
# A failure is shown until somebody tries again, or this long.
FAILURE_SECONDS = 24 * 3600


@require_GET
def list_view(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("processors.view_modelfile"):
        raise PermissionDenied
    wanted = request.GET.get("for", "")
    context = {
        "title": _("Known models"),
        "opts": ModelFile._meta,
        "models": [
            state_of(model) for model in all_known().values() if not wanted or wanted in model.processors
        ],
        "may_install": may_install(request),
        "mirror": settings.MODELS_BASE_URL,
        "only_for": translated(catalogue.load_class(wanted).label) if wanted in catalogue.TASKS else "",
    }
    return TemplateResponse(request, PAGE, {**site.each_context(request), **context})


@require_GET
def states(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("processors.view_modelfile"):
        raise PermissionDenied
    shown = ("name", "state", "percent", "text")
    found = (state_of(model) for model in all_known().values())
    return JsonResponse({"models": [{key: model[key] for key in shown} for model in found]})


@require_POST
def act(request: HttpRequest, name: str, action: str) -> HttpResponse:
    if not may_install(request):
        raise PermissionDenied
    try:
        model = named(name)
    except UnknownModel as error:
        raise Http404(str(error)) from error
    if action not in ACTIONS:
        raise Http404
    ACTIONS[action](request, model)
    return redirect("admin:processors_modelfile_known")


def may_install(request: HttpRequest) -> bool:
    return request.user.has_perms(("processors.add_modelfile", "processors.change_processor"))


def begin_install(request: HttpRequest | None, model: KnownModel) -> None:
    cache.delete(failure_key(model))
    jobs.installs.submit(key_of(model), lambda: install_quietly(model))


def install_quietly(model: KnownModel) -> None:
    """In the background nobody hears an exception: the page shows the failure instead."""
    try:
        install.install(model)
    except InstallRuns:
        # By another process of this site, which tells how it ends.
        return
    except InstallFailed as error:
        cache.set(failure_key(model), str(error), FAILURE_SECONDS)
        raise


def begin_remove(request: HttpRequest, model: KnownModel) -> None:
    try:
        losers = install.remove(model)
    except InstallFailed as error:
        messages.error(request, str(error))
        return
    messages.success(request, _("“%(title)s” is removed.") % {"title": model.title})
    for row in losers:
        messages.info(request, _("“%(title)s” is without it now.") % {"title": row.title})


def verify(request: HttpRequest, model: KnownModel) -> None:
    if install.verify(model):
        messages.success(request, _("The file of “%(title)s” is whole.") % {"title": model.title})
    else:
        text = _("The file of “%(title)s” is changed or gone. Remove it and install it again.")
        messages.error(request, text % {"title": model.title})


ACTIONS: dict[str, Any] = {"install": begin_install, "remove": begin_remove, "verify": verify}


def state_of(model: KnownModel) -> dict[str, Any]:
    """Everything the page says of a model. How far it has come is the size of what is on the disk."""
    part = store.quarantine() / f"{model.name}.part"
    arrived = part.stat().st_size if part.exists() else 0
    failure = cache.get(failure_key(model), "")
    row = install.installed(model)
    if row and row.known:
        state, text = "installed", _("Installed")
    elif is_being_installed(model):
        state = "installing"
        text = _("Fetching") if arrived < model.bytes else _("Checking")
    elif failure:
        state, text = "failed", failure
    elif arrived:
        state, text = "partial", _("Begun; goes on where it stopped")
    else:
        state, text = "absent", _("Not installed")
    return {
        "name": model.name,
        "title": model.title,
        "size": f"{model.bytes / 1e6:.1f}\u202fMB",
        "licence": model.licence,
        "attribution": model.attribution,
        "uses": [
            translated(catalogue.load_class(key).label) for key in model.processors if key in catalogue.TASKS
        ],
        "state": state,
        "text": text,
        "percent": min(100, 100 * arrived // model.bytes),
    }


def is_being_installed(model: KnownModel) -> bool:
    """By this process, or by another one on this disk."""
    return jobs.installs.is_busy_with(key_of(model)) or install.is_under_way(model)


def key_of(model: KnownModel) -> str:
    return f"install {model.name}"


def failure_key(model: KnownModel) -> str:
    return f"model-install-{model.name}"
