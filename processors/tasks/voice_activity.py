from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..base import AudioProcessor
from ..parameters import FloatParameter, SwitchParameter
from ..results import Chart, Meter, Number, Result, SampleArray, Text
from .configured_models import ConfiguredModel, models_of
from .runs_models import RunsModels
from .thresholds import begun_at
from .warm_up import warm_up_voice

PAUSE_SECONDS = 0.3  # between words nobody has stopped speaking
HYSTERESIS = 0.15  # who speaks goes on until the probability is that far below the threshold
RESULTS_SECONDS = 0.1
POINTS_KEPT = 100
SPEAKING, SILENT = "Somebody speaks.", "Nobody speaks."


class VoiceActivity(AudioProcessor, RunsModels):
    """Tells when somebody speaks, and can keep everything else silent.

    What was heard before is this visitor's own; the weights are shared by all.
    """

    label = "Voice activity"
    model_tasks = ("voice",)
    sample_rate = 16000
    results = {
        "now": Text("Now", labels=(SPEAKING, SILENT)),
        "probability": Meter("Probability", minimum=0, maximum=1),
        "course": Chart("Course", accumulate="append", keep=POINTS_KEPT),
        "spoken": Number("Spoken", unit="s"),
    }
    # The browser's suppression of noise would decide before the model does.
    audio_constraints = {"echoCancellation": True, "noiseSuppression": False, "autoGainControl": True}

    threshold = FloatParameter(
        "Threshold", minimum=0.05, maximum=0.95, step=0.05, default=0.5, help="How sure the model must be."
    )
    muted = SwitchParameter("Mute while nobody speaks", default=False)

    @classmethod
    def adapted(cls, models: Sequence[ConfiguredModel]) -> dict[str, Any]:
        [model] = models
        spec = model.sound_spec
        return {"sample_rate": spec.input.rate, "threshold": begun_at(cls.threshold, spec.threshold)}

    @classmethod
    def load(cls, configuration: Mapping[str, Any]) -> Any:
        [model] = models_of(configuration)
        opened = model.open_voice()
        warm_up_voice(opened)
        return opened

    def start(self) -> None:
        self.listener = self.shared.listener()
        self.spoken_seconds = 0.0
        self.begin_again()

    def reset(self) -> None:
        self.begin_again()

    def begin_again(self) -> None:
        self.listener.forget()
        self.speaking = False
        self.silent_seconds = PAUSE_SECONDS
        self.probabilities: list[float] = []
        self.told_at = float("-inf")
        self.volume = 1.0

    def process(self, samples: SampleArray) -> Result:
        for probability in self.listener.hear(samples[0]):
            self._judge(probability)
        return Result(samples=self._muted(samples), data=self._news())

    def _judge(self, probability: float) -> None:
        piece_seconds = self.shared.spec.input.samples / self.sample_rate
        self.probabilities.append(probability)
        if probability >= self.threshold:
            self.speaking, self.silent_seconds = True, 0.0
        elif probability < self.threshold - HYSTERESIS or not self.speaking:
            self.silent_seconds += piece_seconds
            self.speaking = self.speaking and self.silent_seconds < PAUSE_SECONDS
        self.spoken_seconds += piece_seconds * self.speaking

    def _muted(self, samples: SampleArray) -> SampleArray:
        """Up or down within one piece of sound: a jump would click."""
        before, self.volume = self.volume, float(self.speaking or not self.muted)
        if before == self.volume == 1.0:
            return samples
        return samples * np.linspace(before, self.volume, samples.shape[1], dtype=np.float32)

    def _news(self) -> dict[str, Any] | None:
        """Ten times a second is as often as a meter needs; the mean of all pieces since then."""
        if not self.probabilities or 0 <= self.frame_time - self.told_at < RESULTS_SECONDS:
            return None
        probability = round(float(np.mean(self.probabilities)), 3)
        self.told_at, self.probabilities = self.frame_time, []
        return {
            "now": SPEAKING if self.speaking else SILENT,
            "probability": probability,
            "course": probability,
            "spoken": round(self.spoken_seconds, 1),
        }
