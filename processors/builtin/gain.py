import numpy as np

from ..base import AudioProcessor
from ..parameters import FloatParameter
from ..results import Meter, Result, SampleArray

KNEE = 0.8  # up to here sound is only multiplied; above it bends so that it never reaches 1


class Gain(AudioProcessor):
    """Makes your microphone louder or quieter, without the crackle of clipping."""

    label = "Volume"
    results = {"level": Meter("Level", minimum=-60, maximum=0, unit="dB")}
    audio_constraints = {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False}

    decibels = FloatParameter("Gain", minimum=-10, maximum=20, step=0.05, default=1, unit="dB")

    def start(self) -> None:
        self.factor = 10 ** (self.decibels / 20)
        self.level_sent_at = float("-inf")

    def process(self, samples: SampleArray) -> Result:
        target = 10 ** (self.decibels / 20)
        slope = np.linspace(self.factor, target, samples.shape[1], dtype=np.float32)  # a jump would click
        self.factor = target
        louder = soft_clipped(samples * slope)
        return Result(samples=louder, data=self._level(louder))

    def _level(self, samples: SampleArray) -> dict[str, float] | None:
        """Ten times a second is as often as a meter needs."""
        if 0 <= self.frame_time - self.level_sent_at < 0.1 or not samples.size:
            return None
        self.level_sent_at = self.frame_time
        return {"level": round(float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-3)), 1)}


def soft_clipped(samples: SampleArray) -> SampleArray:
    over = np.abs(samples) - KNEE
    if over.max(initial=-1.0) <= 0:
        return samples
    bent = KNEE + (1 - KNEE) * np.tanh(over / (1 - KNEE))
    return np.where(over > 0, np.sign(samples) * bent, samples).astype(np.float32)
