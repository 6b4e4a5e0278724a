"""``INSTALL_MODELS``: known models that a site shall have, fetched while it starts and without making it wait."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from . import install, jobs, known_views
from .download import InstallFailed
from .known import KnownModel, UnknownModel, named

logger = logging.getLogger(__name__)


def begin(say: Callable[[str], None]) -> None:
    """A name that nobody knows stops the start; whatever happens later is logged and shown in the admin."""
    try:
        wanted = [named(name) for name in settings.INSTALL_MODELS]
    except UnknownModel as error:
        raise ImproperlyConfigured(f"INSTALL_MODELS: {error}") from error
    for model in wanted:
        if install.installed(model) is None:
            say(f"The model {model.name} is being installed in the background.")
            jobs.installs.submit(known_views.key_of(model), partial(bring, model))


def bring(model: KnownModel) -> None:
    try:
        known_views.install_quietly(model)
    except InstallFailed as error:
        logger.warning("The model %s could not be installed: %s", model.name, error)
    else:
        logger.info("The model %s is installed", model.name)
