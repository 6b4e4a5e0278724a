"""What kind of model a file holds, with reasons: proposals from which a person chooses.

Declared shapes are often missing or wrong, so the model is run. Opening and running a stranger's file is dangerous
work: call this only where it may crash, in a sandboxed process.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..results import Picture
from .recognition.facts import Facts, facts_of
from .recognition.observe import observe
from .recognition.proposal import Guess, Proposal
from .recognition.rules import RULES
from .recognition.trial import proposals_for
from .session import make_session

SAMPLES = Path(__file__).parents[1] / "assets" / "samples"
MAXIMUM_PROPOSALS = 8
CLOSE = 0.08

__all__ = ["Facts", "Proposal", "facts", "recognise", "recognise_session", "sample_photos"]


def recognise(model: bytes, photos: Sequence[Picture] | None = None) -> list[Proposal]:
    """Return proposals, the likeliest first; none if the outputs are of no known kind.

    ``photos`` are BGR pictures of people. Raises ``ModelUnusable`` for a file that does not open, takes no picture
    or cannot be run.
    """
    return recognise_session(make_session(model), photos)


def recognise_session(session: Any, photos: Sequence[Picture] | None = None) -> list[Proposal]:
    """The same for anything that can be asked and run like a session of onnxruntime."""
    seen = observe(session, list(photos) if photos is not None else sample_photos())
    guesses = [guess for rule in RULES if (guess := rule(seen))]
    found = [proposal for guess in plausible(guesses) for proposal in proposals_for(guess, seen)]
    return sorted(found, key=lambda proposal: -proposal.confidence)[:MAXIMUM_PROPOSALS]


def plausible(guesses: list[Guess]) -> list[Guess]:
    """What is proved by names or by a rare shape leaves no room for what a common shape suggests."""
    surest = max((guess.sureness for guess in guesses), default=0.0)
    return [guess for guess in guesses if guess.alternative or guess.sureness > surest - CLOSE]


def facts(model: bytes) -> Facts:
    """Return what the file says about itself: inputs, outputs, author, licence, labels."""
    return facts_of(make_session(model))


def sample_photos() -> list[Picture]:
    """The pictures that come with Showroom: a portrait, and two people in a street."""
    return [np.asarray(cv2.imread(str(path))) for path in sorted(SAMPLES.glob("*.jpg"))]
