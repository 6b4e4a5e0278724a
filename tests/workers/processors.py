"""Processors that behave as the engine's tests need them."""

import time
from typing import Any

import numpy as np

from processors.base import AudioProcessor, AudioVideoProcessor, Processor, VideoProcessor
from processors.parameters import FloatParameter, IntegerParameter
from processors.results import Number, Result


class Darken(VideoProcessor):
    """Makes every picture darker by a live amount."""

    amount = IntegerParameter("Amount", minimum=0, maximum=100, default=50)

    def process(self, image: Any) -> Any:
        return np.clip(image.astype(np.int16) - self.amount, 0, 255).astype(np.uint8)


class White(VideoProcessor):
    """White, and never the picture that came in."""

    never_passthrough = True
    fault = FloatParameter("Fault: 0 none, 1 raises, 2 hangs", minimum=0, maximum=2, default=0)

    @classmethod
    def load(cls, configuration: Any) -> None:
        time.sleep(0.4)

    def process(self, image: Any) -> Any:
        if self.fault == 1:
            raise RuntimeError("broken on purpose")
        if self.fault == 2:
            time.sleep(1.5)
        return np.full_like(image, 235)


class Forgetful(VideoProcessor):
    """Promises to hide the picture, but its method is misspelt."""

    never_passthrough = True

    def proces(self, image: Any) -> Any:
        return np.zeros_like(image)


class HalfHidden(AudioVideoProcessor):
    """Promises to hide its input, and thinks of the picture only."""

    never_passthrough = True

    def process_video(self, image: Any) -> Any:
        return np.full_like(image, 235)


class Gate(AudioProcessor):
    """Lets nothing through for its first two seconds."""

    def start(self) -> None:
        self.heard = 0

    def process(self, samples: Any) -> Any:
        self.heard += samples.shape[1]
        return samples * 0.001 if self.heard > 2 * self.sample_rate else None


class Sleepy(VideoProcessor):
    """Takes 0.2 s for each picture."""

    def process(self, image: Any) -> Any:
        time.sleep(0.2)
        return image


class Counting(VideoProcessor):
    """Gives the number of each picture it sees."""

    results = {"number": Number("Number")}

    def process(self, image: Any) -> Result:
        from .browser_peer import read_number

        return Result(image=image, data={"number": read_number(image)})


class Once(VideoProcessor):
    """Gives its first picture, then None: keep it."""

    def start(self) -> None:
        self.given = False

    def process(self, image: Any) -> Any:
        if self.given:
            return None
        self.given = True
        return np.full_like(image, 235)


class Failing(VideoProcessor):
    """Raises on every picture."""

    def process(self, image: Any) -> Any:
        raise RuntimeError("broken on purpose")


class Watching(VideoProcessor):
    """Takes pictures and gives none back."""

    gives = frozenset[str]()
    results = {"pictures": Number("Pictures")}

    def start(self) -> None:
        self.seen = 0

    def process(self, image: Any) -> Result:
        self.seen += 1
        return Result(data={"pictures": self.seen})


class Away(VideoProcessor):
    """Its model is not there."""

    installed = False


class Louder(AudioProcessor):
    """Twice as loud."""

    def process(self, samples: Any) -> Any:
        return samples * 2


class Mute(AudioProcessor):
    """Lets nothing through."""

    def process(self, samples: Any) -> None:
        return None


class Hush(AudioProcessor):
    """Hardly to be heard, and never the sound that came in."""

    never_passthrough = True

    def process(self, samples: Any) -> Any:
        return samples * 0.01


class Listening(AudioProcessor):
    """Leaves the sound as it is."""


class CopyAndListen(AudioVideoProcessor):
    """Copies the picture and leaves the sound as it is."""

    def process_video(self, image: Any) -> Any:
        return image.copy()


class LatePicture(AudioVideoProcessor):
    """Takes 0.2 s for each picture and leaves the sound as it is."""

    def process_video(self, image: Any) -> Any:
        time.sleep(0.2)
        return image


class Leave(AudioVideoProcessor):
    """Leaves both as they are."""


class Bar(Processor):
    """Sound in, picture out, by its own clock."""

    takes = frozenset({"audio"})
    gives = frozenset({"video"})
    output_fps = 15.0

    def start(self) -> None:
        self.level = 0.0

    def process_audio(self, samples: Any) -> None:
        self.level = float(np.abs(samples).max())

    def render(self) -> Any:
        image = np.zeros((120, 160, 3), np.uint8)
        image[:, : int(160 * min(1.0, self.level))] = 200
        return image


KEYS = {
    f"test-{cls.__name__.lower()}": f"{__name__}:{cls.__name__}"
    for cls in (
        Darken,
        White,
        Sleepy,
        Counting,
        Forgetful,
        HalfHidden,
        Gate,
        Once,
        Failing,
        Watching,
        Away,
        Louder,
        Mute,
        Hush,
        Listening,
        CopyAndListen,
        LatePicture,
        Leave,
        Bar,
    )
}
