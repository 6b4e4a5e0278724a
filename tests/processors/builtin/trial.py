"""One built-in, run as a session runs it, without threads."""

from typing import Any

import numpy as np

from processors import stills
from processors.catalogue import load_class
from processors.instance import Instance, Outcome, load
from processors.parameters import clean_parameters, default_values


def trial(key: str, **values: Any) -> Instance:
    cls = load_class(key)
    accepted, errors = clean_parameters(cls, values)
    assert not errors
    instance = Instance(cls, {}, default_values(cls) | accepted, load(cls, {}))
    instance.start()
    return instance


def picture_of(key: str, image: np.ndarray, **values: Any) -> np.ndarray:
    outcome = trial(key, **values).picture(image.copy(), 0.0)
    assert outcome.image is not None
    return outcome.image


def outcome_of(key: str, image: np.ndarray, **values: Any) -> Outcome:
    return trial(key, **values).picture(image.copy(), 0.0)


def sound_of(instance: Instance, samples: np.ndarray, size: int = 960) -> np.ndarray:
    """Send sound in packets of 20 ms and join what comes back."""
    rate = instance.cls.sample_rate
    pieces = [samples[:, at : at + size] for at in range(0, samples.shape[1], size)]
    given = [instance.samples(piece, number * size / rate).samples for number, piece in enumerate(pieces)]
    return np.concatenate([piece for piece in given if piece is not None], axis=1)


def portrait() -> np.ndarray:
    return stills.sample("portrait").copy()


def street() -> np.ndarray:
    return stills.sample("street").copy()
