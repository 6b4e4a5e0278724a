from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from ..base import Processor
from ..exceptions import ProcessorUnavailable
from ..remote.limits import SENDS_ELSEWHERE
from .configured_models import ConfiguredModel, models_of


class RunsModels(Processor):
    """Runs models that the host installed, in a process of its own; for pictures see ``ModelTask``.

    Subclasses say which kinds of models they can run and, in ``adapted``, what these change in their parameters.
    """

    isolation = "host"
    # Until the host's configuration names a model.
    installed = False
    # What the models must be made for; see processors.inference.conventions.
    model_tasks: ClassVar[tuple[str, ...]] = ()
    most_models: ClassVar[int] = 1

    @classmethod
    def configured(cls, configuration: Mapping[str, Any]) -> type[Processor]:
        models = models_of(configuration)
        if not models:
            return cls
        cls.check_models(models)
        elsewhere = {"sends_elsewhere": SENDS_ELSEWHERE} if any(model.remote for model in models) else {}
        return cls.variant(installed=True, **elsewhere, **cls.adapted(models))

    @classmethod
    def check_models(cls, models: Sequence[ConfiguredModel]) -> None:
        if len(models) > cls.most_models:
            raise ProcessorUnavailable(
                f"This class runs at most {cls.most_models} models; remove the others."
            )
        if len({model.remote is None for model in models}) > 1:
            raise ProcessorUnavailable(
                "Models here and on a server cannot be mixed; make two processors of it."
            )
        for model in models:
            if model.spec.task not in cls.model_tasks:
                kinds = " or ".join(cls.model_tasks)
                raise ProcessorUnavailable(
                    f"{model.title} is a model for {model.spec.task}; choose one for {kinds}."
                )

    @classmethod
    def adapted(cls, models: Sequence[ConfiguredModel]) -> dict[str, Any]:
        """Return the parameters and results that differ with these models."""
        return {}
