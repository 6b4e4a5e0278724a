from collections.abc import Mapping
from typing import Any

from ..base import VideoProcessor
from .configured_models import models_of
from .runs_models import RunsModels
from .warm_up import warm_up


class ModelTask(VideoProcessor, RunsModels):
    """Runs a model that sees."""

    @classmethod
    def load(cls, configuration: Mapping[str, Any]) -> Any:
        [model] = models_of(configuration)
        opened = model.open()
        warm_up(opened)
        return opened
