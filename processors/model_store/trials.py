"""Models tried with one description: on every sample, in the background, each of them once."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from processors.bench import SAMPLE_NAMES
from processors.exceptions import ProcessorError
from processors.host_limits import host_limits
from processors.inference.sound_spec import any_spec, is_of_sound

from . import child, child_reports, jobs, refusals, store
from .reports import Refused
from .rows import ModelFile, ModelTrial

logger = logging.getLogger(__name__)

TRIAL = "processors.model_store.trial"
# What a model hears; see processors.made_voice.
SAMPLES_OF_SOUND = ("voice",)
# Older ones were of descriptions that nobody chose.
TRIALS_KEPT = 60
# Sound that is not done in half of its time leaves no core for anybody else.
LEAST_TIMES_REAL_TIME = 2.0


def configuration_for(
    file: ModelFile, spec: Mapping[str, Any], name: str = "", title: str = ""
) -> dict[str, Any]:
    """What a processor with this model alone is configured with."""
    stem = file.known or file.name.rpartition(".")[0] or file.name
    return {"models": [file.entry(name or stem, title or stem, any_spec(spec).as_json())]}


def ask(file: ModelFile, key: str, spec: Mapping[str, Any], sample: str) -> ModelTrial:
    """The trial of this description, begun if there is none yet; one that failed is tried again."""
    fingerprint, configuration = identity_of(file, key, spec, sample)
    trial, created = ModelTrial.objects.get_or_create(
        file=file,
        fingerprint=fingerprint,
        defaults={"key": key, "configuration": configuration, "sample": sample},
    )
    if created:
        forget_oldest(file)
    if trial.state != ModelTrial.State.DONE:
        jobs.trials.submit(job_of(trial), lambda: run(trial.pk))
        trial.refresh_from_db()
    return trial


def identity_of(
    file: ModelFile, key: str, spec: Mapping[str, Any], sample: str
) -> tuple[str, dict[str, Any]]:
    """Return the fingerprint and the configuration of a trial.

    Names and titles are no matter of the model: they would only make the same trial twice.
    """
    configuration = configuration_for(file, spec, "model", "model")
    text = json.dumps([key, configuration, sample], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest(), configuration


def job_of(trial: ModelTrial) -> str:
    return f"trial {trial.pk}"


def forget_superseded(page: str, told: Mapping[str, Any]) -> None:
    """What a page showed before its form was changed need not be tried any more, unless another page waits for it."""
    shown = [*told["current"], *(variant["trial"] for variant in told["variants"])]
    jobs.trials.want_only(page, {f"trial {trial['id']}" for trial in shown})


def ask_all(file: ModelFile, key: str, spec: Mapping[str, Any]) -> list[ModelTrial]:
    return [ask(file, key, spec, sample) for sample in samples_for(spec)]


def samples_for(spec: Mapping[str, Any]) -> tuple[str, ...]:
    return SAMPLES_OF_SOUND if is_of_sound(spec) else SAMPLE_NAMES


def run(pk: int) -> None:
    trial = ModelTrial.objects.select_related("file").filter(pk=pk).first()
    if trial is None or not set_state(trial, ModelTrial.State.RUNNING):
        return  # deleted while it waited
    # As its sessions will run, also where these are kept apart less than could be.
    limits = host_limits()
    order = {
        "key": trial.key,
        "configuration": trial.configuration,
        "sample": trial.sample,
        "level": limits.level,
        "user": limits.user,
    }
    state = ModelTrial.State.FAILED
    try:
        trial.report = child_reports.trial(child.ask(TRIAL, order, allowance()))
        if "error" not in trial.report:
            state = ModelTrial.State.DONE
    except Refused as refusal:
        trial.report = {"refusal": {"code": refusal.code, "values": refusal.values}}
    except Exception:
        logger.exception("The trial %s failed", pk)
        trial.report = {"refusal": {"code": "failed", "values": {}}}
    set_state(trial, state)


def set_state(trial: ModelTrial, state: ModelTrial.State) -> bool:
    """Whether it is still there: ``save`` would bring back one that was deleted with its file."""
    trial.state = state
    values = {"state": state, "report": trial.report, "touched": timezone.now()}
    return bool(ModelTrial.objects.filter(pk=trial.pk).update(**values))


def allowance() -> child.Allowance:
    """As much memory as it would have on offer, and some for the frames themselves."""
    memory = max(settings.MODEL_MAX_MEMORY_BYTES, settings.MODEL_CHECK_MEMORY_BYTES)
    return child.Allowance(settings.MODEL_CHECK_SECONDS, memory)


def error_of(trial: ModelTrial) -> str:
    if trial.state != ModelTrial.State.FAILED:
        return ""
    if "refusal" in trial.report:
        return refusals.sentence(trial.report["refusal"])
    return str(trial.report.get("error", ""))


def hindrance(file: ModelFile, key: str, spec: Mapping[str, Any]) -> str:
    """Why a model with this description may not be offered; empty if it may. It must have been tried before.

    One that failed is tried again by the model's own page, not here: its reason is the answer.
    """
    try:
        trials = [settled(file, key, spec, sample) for sample in samples_for(spec)]
    except ProcessorError as error:
        return str(error)
    for trial in trials:
        if problem := problem_of(trial):
            return problem
    return ""


def settled(file: ModelFile, key: str, spec: Mapping[str, Any], sample: str) -> ModelTrial:
    """The trial of this description as it ended; begun if there is none yet."""
    fingerprint, _configuration = identity_of(file, key, spec, sample)
    known = file.trials.filter(fingerprint=fingerprint, state=ModelTrial.State.FAILED).first()
    return known or ask(file, key, spec, sample)


def problem_of(trial: ModelTrial) -> str:
    if trial.state == ModelTrial.State.FAILED:
        return error_of(trial)
    if trial.state != ModelTrial.State.DONE:
        return _("It is still being measured. Wait a moment and try again.")
    report = trial.report
    if "times_real_time" in report and report["times_real_time"] < LEAST_TIMES_REAL_TIME:
        return _(
            "The model takes %(ms)s ms for a tenth of a second of sound, which is too long for a conversation. "
            "Choose a smaller one."
        ) % {"ms": report["frame_ms"]}
    if "times_real_time" not in report and report["fps"] < settings.MODEL_MIN_FPS:
        return _(
            "The model holds %(fps)s frames per second here, and %(least)s are needed. Choose a smaller input, "
            "export a smaller model, or let the person who runs this site lower MODEL_MIN_FPS."
        ) % {"fps": report["fps"], "least": settings.MODEL_MIN_FPS}
    if report["memory_bytes"] > settings.MODEL_MAX_MEMORY_BYTES:
        return _(
            "The model takes %(memory)s of memory, and %(most)s are allowed. Choose a smaller input, export a "
            "smaller model, or let the person who runs this site raise MODEL_MAX_MEMORY_BYTES."
        ) % {
            "memory": store.megabytes(report["memory_bytes"]),
            "most": store.megabytes(settings.MODEL_MAX_MEMORY_BYTES),
        }
    return ""


def forget_oldest(file: ModelFile) -> None:
    kept = file.trials.order_by("-pk").values_list("pk", flat=True)[:TRIALS_KEPT]
    file.trials.exclude(pk__in=list(kept)).delete()
