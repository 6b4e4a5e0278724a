"""Models that say whether somebody speaks. The weights belong to all; what was heard before belongs to a listener."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..exceptions import BadModelSpec, WrongModelOutput
from ..results import SampleArray
from . import session
from .preprocess import Tensor
from .sound_spec import SoundSpec

INPUT, STATE, RATE = "input", "state", "sr"
OUTPUTS = ["output", "stateN"]
STATE_RANK = 3
LARGEST_STATE = 1_000_000  # numbers


class VoiceModel:
    """An opened model of the convention ``silero``."""

    @classmethod
    def open(cls, source: Path | str | bytes, spec: SoundSpec, sha256: str | None = None) -> "VoiceModel":
        return cls(session.make_session(session.checked(session.contents(source), sha256)), spec)

    def __init__(self, opened: Any, spec: SoundSpec) -> None:
        if not is_voice(opened.get_inputs(), opened.get_outputs()) or spec.input.name != INPUT:
            raise BadModelSpec("The model is no voice activity model: it has other inputs or outputs.")
        self.spec = spec
        self._session = opened
        self._state_shape = state_shape(opened.get_inputs())

    def listener(self) -> "Listener":
        return Listener(self)

    def silence(self) -> Tensor:
        """What a listener remembers before the first sound."""
        return np.zeros(self._state_shape, np.float32)

    def hear(self, sound: SampleArray, state: Tensor) -> tuple[float, Tensor]:
        """Return how surely somebody speaks in this piece, and what to remember."""
        inputs = {INPUT: sound[np.newaxis], STATE: state, RATE: np.array(self.spec.input.rate, np.int64)}
        try:
            with session.runs:
                output, after = self._session.run(OUTPUTS, inputs)
        except Exception as error:  # as for pictures: onnxruntime's own classes are private
            reason = session.first_line(error)
            raise WrongModelOutput(f"The model could not be run on this sound: {reason}") from error
        output, after = session.sound(output, OUTPUTS[0]), session.sound(after, OUTPUTS[1])
        if output.size != 1 or after.shape != state.shape:
            raise WrongModelOutput("The model gave outputs of another shape than voice activity models do.")
        return float(np.clip(output.reshape(-1)[0], 0, 1)), after


class Listener:
    """Hears one visitor: sound of any length goes in, one probability for each whole piece comes out."""

    def __init__(self, model: VoiceModel) -> None:
        self._model = model
        self._input = model.spec.input
        self.forget()

    def forget(self) -> None:
        self._state = self._model.silence()
        self._context = np.zeros(self._input.context, np.float32)
        self._waiting = np.zeros(0, np.float32)

    def hear(self, samples: SampleArray) -> list[float]:
        self._waiting = np.concatenate([self._waiting, samples])
        length = self._input.samples
        whole = len(self._waiting) // length * length
        pieces, self._waiting = self._waiting[:whole].reshape(-1, length), self._waiting[whole:]
        return [self._piece(piece) for piece in pieces]

    def _piece(self, piece: SampleArray) -> float:
        sound = np.concatenate([self._context, piece])
        probability, self._state = self._model.hear(sound, self._state)
        self._context = sound[len(sound) - self._input.context :]
        return probability


def is_voice(inputs: Sequence[Any], outputs: Sequence[Any]) -> bool:
    """Whether these are the inputs and outputs of Silero's voice activity models since version 5."""
    kinds = {each.name: (each.type, len(each.shape)) for each in inputs}
    wanted = {INPUT: ("tensor(float)", 2), STATE: ("tensor(float)", STATE_RANK), RATE: ("tensor(int64)", 0)}
    return kinds == wanted and [each.name for each in outputs] == OUTPUTS


def state_shape(inputs: Sequence[Any]) -> tuple[int, ...]:
    """One visitor at a time: what the file leaves open is 1."""
    [declared] = [each.shape for each in inputs if each.name == STATE]
    shape = tuple(side if isinstance(side, int) and side > 0 else 1 for side in declared)
    if int(np.prod([float(side) for side in shape])) > LARGEST_STATE:
        raise BadModelSpec("The model wants to remember more than Showroom lets it.")
    return shape


__all__: Sequence[str] = ("Listener", "VoiceModel", "is_voice", "state_shape")
