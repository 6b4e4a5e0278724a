"""The page of one model file: what was found, what it is taken for, what it costs, and the way into the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from processors import catalogue, worker_reports
from processors.bench import SAMPLE_NAMES
from processors.inference.conventions import WITHOUT_THRESHOLD
from processors.inference.sound_spec import is_of_sound
from processors.models import Processor
from processors.translation import translated

from . import checking, gate, offer, store, trials
from .proposal_words import words_of
from .rows import ModelFile, ModelTrial
from .sound_form import SoundForm, initial_for_sound
from .spec_form import (
    COLOUR_TITLES,
    SCALING_TITLES,
    SpecForm,
    blank_spec,
    initial_for,
    key_for,
    variants,
    with_variant,
)

PAGE = "admin/processors/modelfile/wizard.html"
# Licences that bind whoever offers the model over a network.
MOST_TRIALS = 100
NUMBER_CHARACTERS = 18
STRICT_LICENCES = ("AGPL", "GPL", "NC", "NON-COMMERCIAL", "NONCOMMERCIAL")


def wizard_view(request: HttpRequest, file: ModelFile, site_context: Mapping[str, Any]) -> HttpResponse:
    context: dict[str, Any] = {
        **site_context,
        "opts": ModelFile._meta,
        "file": file,
        "title": file.name,
        "progress": checking.progress(file),
        "isolation": worker_reports.weakest_isolation(),
        "may_offer": may_offer(request),
    }
    if file.is_ready:
        form, offering = forms_of(request, file)
        if request.method == "POST" and may_offer(request) and form.is_valid() and offering.is_valid():
            row = offered(request, file, form, offering)
            if row is not None:
                return redirect("admin:processors_processor_change", row.pk)
        context |= facts_context(file) | {"form": form, "offering": offering}
    return TemplateResponse(request, PAGE, context)


@require_http_methods(["GET", "POST"])
def trials_view(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: begin what shows this description and its neighbours. GET: how far these are."""
    file = get_object_or_404(ModelFile, pk=pk)
    if not may_offer(request):
        raise PermissionDenied
    if request.method == "GET":
        asked = request.GET.get("ids", "").split(",")[:MOST_TRIALS]
        # Longer numbers are of no trial, and of no database.
        wanted = [int(text) for text in asked if text.isdecimal() and len(text) <= NUMBER_CHARACTERS]
        return JsonResponse({"trials": [told(trial) for trial in file.trials.filter(pk__in=wanted)]})
    form = form_class(file)(request.POST)
    if not file.is_ready or not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=422)
    told_now = begun(file, form.cleaned_data["key"], form.spec)
    page = f"{request.user.pk} {request.POST.get('page', '')[:40]} {file.pk}"
    trials.forget_superseded(page, told_now)
    return JsonResponse(told_now)


def begun(file: ModelFile, key: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    current = trials.ask_all(file, key, spec)
    return {
        "current": [told(trial) for trial in current],
        "variants": [
            {
                "colours": colours,
                "scaling": scaling,
                "title": f"{COLOUR_TITLES[colours]}, {SCALING_TITLES[scaling]}",
                "trial": told(trials.ask(file, key, with_variant(spec, colours, scaling), SAMPLE_NAMES[0])),
            }
            for colours, scaling in (() if is_of_sound(spec) else variants(spec))
        ],
    }


def told(trial: ModelTrial) -> dict[str, Any]:
    """A trial for the page, with the verdict in words."""
    over = trial.state in (ModelTrial.State.DONE, ModelTrial.State.FAILED)
    report = trial.report
    return {
        "id": trial.pk,
        "sample": trial.sample,
        "over": over,
        "error": trials.error_of(trial),
        "picture": f"data:image/jpeg;base64,{report['picture']}" if report.get("picture") else "",
        "figures": figures(report) if trial.state == ModelTrial.State.DONE else "",
        "found": found_in(report.get("data") or {}),
        "problem": trials.problem_of(trial) if over else "",
    }


def figures(report: Mapping[str, Any]) -> str:
    if "times_real_time" in report:
        return _("%(ms)s ms for a tenth of a second of sound, %(memory)s") % {
            "ms": number_format(report["frame_ms"], 1),
            "memory": store.megabytes(report["memory_bytes"]),
        }
    return _("%(ms)s ms a frame, %(fps)s frames per second, %(memory)s") % {
        "ms": number_format(report["frame_ms"], 1),
        "fps": round(report["fps"]),
        "memory": store.megabytes(report["memory_bytes"]),
    }


def found_in(data: Mapping[str, Any]) -> str:
    """The first rows of a table, so that a person sees at a glance whether it makes sense."""
    if "spoken" in data:
        return _("%(seconds)s seconds of speech heard") % {"seconds": data["spoken"]}
    for value in data.values():
        if is_table(value):
            return " · ".join(" ".join(str(cell) for cell in row[:2]) for row in value[:3])
    counts = [value for value in data.values() if isinstance(value, int)]
    return _("%(count)s found") % {"count": counts[0]} if counts else ""


def is_table(value: Any) -> bool:
    """Rows of cells that begin with a word."""
    is_list = isinstance(value, list) and bool(value)
    return is_list and all(isinstance(row, list) and row and isinstance(row[0], str) for row in value[:3])


def form_class(file: ModelFile) -> type[SpecForm | SoundForm]:
    return SoundForm if hears(file) else SpecForm


def hears(file: ModelFile) -> bool:
    return bool(file.proposals) and is_of_sound(file.proposals[0]["spec"])


def forms_of(request: HttpRequest, file: ModelFile) -> tuple[SpecForm | SoundForm, offer.OfferForm]:
    data = request.POST if request.method == "POST" else None
    spec = chosen_spec(request, file)
    form = form_class(file)(data, initial=initial_for_sound(spec) if hears(file) else initial_for(spec))
    key = str(form["key"].value())
    title = file.name.rpartition(".")[0].replace("_", " ").replace("-", " ").strip().capitalize()
    return form, offer.OfferForm(data, key=key, initial={"title": title})


def chosen_spec(request: HttpRequest, file: ModelFile) -> dict[str, Any]:
    """The proposal that was clicked, else the likeliest."""
    wanted = request.GET.get("proposal", "0")
    number = int(wanted) if wanted.isdecimal() and int(wanted) < len(file.proposals) else 0
    found: dict[str, Any] = file.proposals[number]["spec"] if file.proposals else blank_spec(file.facts)
    return found


def facts_context(file: ModelFile) -> dict[str, Any]:
    folded = file.licence.upper()
    return {
        "proposals": [
            proposal | {"title": title_of(proposal["spec"]), "words": words_of(proposal)}
            for proposal in file.proposals
        ],
        "hears": hears(file),
        "without_threshold": " ".join(WITHOUT_THRESHOLD),
        # As pairs: a template would take a key of the file's that is named “items” for the method.
        "opsets": list((file.facts.get("opsets") or {}).items()),
        "metadata": list((file.facts.get("metadata") or {}).items()),
        "strict_licence": any(word in folded for word in STRICT_LICENCES),
        "least_fps": settings.MODEL_MIN_FPS,
        "most_memory": store.megabytes(settings.MODEL_MAX_MEMORY_BYTES),
        "used_by": (users := store.used_by(file)),
        "may_delete": not users.exists(),
        "weak_isolation": gate.weak_isolation() if not file.known else "",
    }


def title_of(spec: Mapping[str, Any]) -> str:
    return f"{translated(catalogue.load_class(key_for(spec)).label)}, {spec.get('convention', '')}".rstrip(
        ", "
    )


def offered(
    request: HttpRequest, file: ModelFile, form: SpecForm | SoundForm, offering: offer.OfferForm
) -> Processor | None:
    """Into the catalogue; for visitors only if it holds what it must hold."""
    key, target = form.cleaned_data["key"], offering.cleaned_data["target"]
    publishing = "_publish" in request.POST
    if publishing or (target is not None and not target.is_draft):
        problem = gate.weak_isolation() or trials.hindrance(file, key, form.spec)
        if problem:
            messages.error(request, problem)
            return None
    row = offer.offer(file, key, form.spec, offering.cleaned_data["title"], target)
    if publishing and row.is_draft:
        row.publish()
    history = site.get_model_admin(Processor)
    history.log_change(request, row, f"model {file.sha256}")
    draft = _("“%(title)s” is a draft. Try it, then publish it.")
    text = draft if row.is_draft else _("“%(title)s” is on offer.")
    messages.success(request, text % {"title": row.title})
    return row


def may_offer(request: HttpRequest) -> bool:
    """It makes a processor, or changes one that is there."""
    wanted = ("change_modelfile", "add_processor", "change_processor")
    return request.user.has_perms([f"processors.{name}" for name in wanted])
