"""Measures for comparing with a run without Showroom."""

import numpy as np


def peak_signal_to_noise(one: np.ndarray, other: np.ndarray) -> float:
    """In decibels; the same picture is infinitely good."""
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
