from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.filter import Graph

from ..base import AudioProcessor
from ..parameters import IntegerParameter, RadioParameter
from ..results import SampleArray

# In step, the bins partly cancel each other: without this the robot would whisper.
ROBOT_VOLUME = "5"
# Each bin of the spectrum keeps its strength and loses its phase: a monotone, metallic voice.
ROBOT = "real='hypot(re,im)*sin(0)':imag='hypot(re,im)*cos(0)':win_size=512:overlap=0.75"


class Voice(AudioProcessor):
    """Raises or lowers your voice, or makes a robot of it.

    Filters of FFmpeg through PyAV: ``asetrate`` with ``atempo`` for the pitch, ``afftfilt`` for the robot.
    """

    label = "Voice changer"

    effect = RadioParameter("Effect", choices={"robot": "Robot", "pitch": "Pitch"})
    semitones = IntegerParameter(
        "Pitch", minimum=-12, maximum=12, default=5, unit="semitones", help="For the effect Pitch."
    )

    def start(self) -> None:
        self.made_for: tuple[str, int] | None = None
        self.waiting = np.zeros((1, 0), np.float32)

    def reset(self) -> None:
        self.start()

    def process(self, samples: SampleArray) -> SampleArray:
        if self.made_for != (self.effect, self.semitones):
            self._build()
        if not samples.size:  # a broken packet
            return samples
        self.graph.push(self._frame(samples))
        self.waiting = np.concatenate([self.waiting, *self._filtered()], axis=1)
        return self._taken(samples.shape[1])

    def _build(self) -> None:
        self.made_for = self.effect, self.semitones
        self.pushed = 0
        self.graph = Graph()
        source = self.graph.add_abuffer(
            sample_rate=self.sample_rate,
            format="fltp",
            layout="mono",
            time_base=Fraction(1, self.sample_rate),
        )
        nodes = [self.graph.add(name, options) for name, options in self._filters()]
        self.graph.link_nodes(source, *nodes, self.graph.add("abuffersink")).configure()

    def _filters(self) -> list[tuple[str, str]]:
        if self.effect == "robot":
            return [("afftfilt", ROBOT), ("volume", ROBOT_VOLUME), ("aformat", "sample_fmts=fltp")]
        ratio = 2 ** (self.semitones / 12)
        return [
            ("asetrate", str(round(self.sample_rate * ratio))),
            ("aresample", str(self.sample_rate)),
            ("atempo", f"{1 / ratio:.6f}"),
            ("aformat", "sample_fmts=fltp"),
        ]

    def _frame(self, samples: SampleArray) -> av.AudioFrame:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="mono")
        frame.sample_rate = self.sample_rate
        frame.time_base = Fraction(1, self.sample_rate)
        frame.pts = self.pushed
        self.pushed += samples.shape[1]
        return frame

    def _filtered(self) -> list[SampleArray]:
        chunks: list[SampleArray] = []
        while True:
            try:
                frame = cast(av.AudioFrame, self.graph.pull())
                chunks.append(frame.to_ndarray().astype(np.float32, copy=False))
            except (BlockingIOError, EOFError):
                return chunks

    def _taken(self, count: int) -> SampleArray:
        """Give as many samples as came; what a filter still holds back is silence first, and at most half a second."""
        taken, self.waiting = self.waiting[:, :count], self.waiting[:, count:][:, -self.sample_rate // 2 :]
        return np.pad(taken, ((0, 0), (count - taken.shape[1], 0)))
