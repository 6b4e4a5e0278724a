"""The same as ``recognise`` for models that hear; only in a sandboxed process, too."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..exceptions import ProcessorError
from ..made_voice import CYCLE_SECONDS, spoken
from .reasons import Reasoned, reason
from .sound_spec import SoundInput, SoundSpec
from .voice import INPUT, VoiceModel, is_voice

SILENCE_SECONDS = 1.0
SURENESS = 0.97  # the names and shapes of all three inputs are those of one family alone


@dataclass(frozen=True)
class SoundProposal(Reasoned):
    spec: SoundSpec

    def as_json(self) -> dict[str, Any]:
        return {"spec": self.spec.as_json(), **self.reasons_as_json()}


def recognise_sound(session: Any) -> list[SoundProposal]:
    """Return what a session of a model that hears may be; nothing for all others."""
    if not is_voice(session.get_inputs(), session.get_outputs()):
        return []
    spec = SoundSpec("voice", "silero", SoundInput(INPUT))
    try:
        model = VoiceModel(session, spec)
        voice, silence = probabilities(model)
    except ProcessorError:
        return []
    why = reason("silero", voice=f"{voice:.2f}", silence=f"{silence:.2f}")
    return [SoundProposal(SURENESS * (0.5 + 0.5 * max(0.0, voice - silence)), (why,), spec)]


def probabilities(model: VoiceModel) -> tuple[float, float]:
    """The most for a voice, the mean for silence."""
    rate = model.spec.input.rate
    voice = model.listener().hear(spoken(rate, 0, CYCLE_SECONDS)[0])
    silence = model.listener().hear(np.zeros(round(SILENCE_SECONDS * rate), np.float32))
    return max(voice), float(np.mean(silence))
