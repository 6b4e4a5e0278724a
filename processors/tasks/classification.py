from collections.abc import Sequence
from typing import Any

from ..parameters import IntegerParameter
from ..results import Picture, Ranking, Result
from .configured_models import ConfiguredModel
from .model_task import ModelTask


class Classification(ModelTask):
    """Says what the picture shows, with the likeliest answers and how sure they are."""

    label = "Classification"
    model_tasks = ("classification",)
    results = {"likeliest": Ranking("Likeliest")}

    count = IntegerParameter("Answers", minimum=1, maximum=10, default=5)

    @classmethod
    def adapted(cls, models: Sequence[ConfiguredModel]) -> dict[str, Any]:
        [model] = models
        return {"results": {"likeliest": Ranking("Likeliest", labels=model.picture_spec.names)}}

    def process(self, image: Picture) -> Result:
        best = self.shared.infer(image).best(self.count)
        label = self.shared.spec.label
        return Result(
            image=image, data={"likeliest": [[label(number), round(score, 4)] for number, score in best]}
        )
