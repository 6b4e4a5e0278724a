"""A voice made of numbers, for trials and cards: no recording of anybody has to come with Showroom.

Each opening of the vocal cords sounds three resonances of the throat, which move from vowel to vowel.
"""

import math
from functools import lru_cache

import numpy as np

from .results import SampleArray

CYCLE_SECONDS = 2.4
PAUSE_SECONDS = 0.5  # at the end of each cycle nobody speaks
SYLLABLE_SECONDS = 0.24
PITCH_HERTZ = 125.0
RING_SECONDS = 0.03
LOUDEST = 0.4
# The first three resonances of five vowels, in hertz.
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
STRENGTHS = (1.0, 0.55, 0.3)
WIDTHS_HERTZ = (80.0, 100.0, 130.0)
BREATH = 0.01


def spoken(rate: int, start: float, seconds: float = 0.1) -> SampleArray:
    """Return this part of an endless speech, as one channel."""
    cycle = one_cycle(rate)
    first = round(start * rate)
    here = (first + np.arange(round(seconds * rate))) % len(cycle)
    return np.asarray(cycle[np.newaxis, here], np.float32)


@lru_cache(maxsize=4)
def one_cycle(rate: int) -> SampleArray:
    count = round(CYCLE_SECONDS * rate)
    sound = np.zeros(count + round(RING_SECONDS * rate))
    at = 0.0
    while at < CYCLE_SECONDS - PAUSE_SECONDS:
        first, ring = round(at * rate), resonance(rate, at)
        sound[first : first + len(ring)] += ring * loudness(at)
        at += 1 / pitch(at)
    cut = sound[:count]
    louder: SampleArray = (cut * (LOUDEST / np.abs(sound).max())).astype(np.float32)
    return louder


def resonance(rate: int, at: float) -> SampleArray:
    """What one opening of the cords sounds like at this moment."""
    times = np.arange(round(RING_SECONDS * rate)) / rate
    parts = zip(vowel(at), STRENGTHS, WIDTHS_HERTZ, strict=True)
    ring = sum(
        strength * np.exp(-np.pi * width * times) * np.sin(2 * np.pi * hertz * times)
        for hertz, strength, width in parts
    )
    breath = np.random.default_rng(round(at * 1e6)).standard_normal(len(times))
    return np.asarray(ring + BREATH * breath, np.float32)


def vowel(at: float) -> tuple[float, ...]:
    """The mouth glides from one vowel to the next during the last third of a syllable."""
    number, part = divmod(at / SYLLABLE_SECONDS, 1)
    here, there = (VOWELS[int(number + step) % len(VOWELS)] for step in (0, 1))
    share = max(0.0, 3 * part - 2)
    return tuple((1 - share) * one + share * other for one, other in zip(here, there, strict=True))


def loudness(at: float) -> float:
    return 0.15 + 0.85 * math.sqrt(abs(math.sin(math.pi * at / SYLLABLE_SECONDS)))


def pitch(at: float) -> float:
    """A voice never stays on one note."""
    return PITCH_HERTZ + 18 * math.sin(4.4 * at) + 6 * math.sin(19.5 * at)
