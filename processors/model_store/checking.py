"""Checks in the background, and what a page is told of them meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from . import jobs, store
from .rows import ModelFile

PHASES = {
    "start": _("Preparing the check"),
    "structure": _("Reading the model"),
    "run": _("Running it"),
    "recognise": _("Finding out what it is"),
}
WAITING = _("Waiting for its turn")


def begin(file: ModelFile) -> None:
    if file.state in ModelFile.UNDER_WAY:
        jobs.checks.submit(key_of(file), lambda: run(file.pk))


def run(pk: int) -> None:
    """Its turn has come; meanwhile it may have been deleted, or another process may be at it."""
    file = ModelFile.objects.filter(pk=pk).first()
    if file is not None and (file.state != ModelFile.State.CHECKING or is_silent(file)):
        store.check(file)


def begin_again_if_lost(file: ModelFile) -> None:
    """The process that checked it may have been restarted."""
    if file.state in ModelFile.UNDER_WAY and not jobs.checks.is_busy_with(key_of(file)) and is_silent(file):
        begin(file)


def is_silent(file: ModelFile) -> bool:
    """Alone in the world, a process knows what it does; else another one may be at work."""
    longest = timedelta(seconds=settings.MODEL_CHECK_SECONDS * store.RECOGNISE_TIMES + 10)
    return settings.EMBEDDED or timezone.now() - file.touched > longest


def progress(file: ModelFile) -> dict[str, Any]:
    """For the page: what happens, in words, and whether it is over."""
    over = file.state not in ModelFile.UNDER_WAY
    text = str(file.get_state_display()) if over else gettext(PHASES.get(file.phase, WAITING))
    steps = list(PHASES)
    done = steps.index(file.phase) + 1 if file.phase in steps else 0
    return {"state": file.state, "text": text, "over": over, "done": done, "steps": len(steps) + 1}


def key_of(file: ModelFile) -> str:
    return f"check {file.pk}"
