"""The first run allocates, and shows whether the description fits: no visitor should wait for it, or find out."""

from typing import TYPE_CHECKING

import numpy as np

from ..exceptions import ProcessorError

if TYPE_CHECKING:
    from ..inference.voice import VoiceModel
    from .configured_models import OpenModel


def warm_up(model: "OpenModel") -> None:
    """A server that is away just now may come back."""
    wanted = model.spec.input
    try:
        model.infer(np.full((wanted.height, wanted.width, 3), 127, np.uint8))
    except ProcessorError as error:
        if not error.transient:
            raise


def warm_up_voice(model: "VoiceModel") -> None:
    model.listener().hear(np.zeros(model.spec.input.samples, np.float32))
