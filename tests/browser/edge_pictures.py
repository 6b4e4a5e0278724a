"""How well two edge pictures agree: precision and recall with a tolerance in pixels."""

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]


def agreement(found: Plane, expected: Plane, tolerance_pixels: int = 2) -> tuple[float, float]:
    """Return precision and recall of the edges in ``found`` (white on black)."""
    found_edges, expected_edges = found > 127, expected > 127
    precision = _share_near(found_edges, expected_edges, tolerance_pixels)
    recall = _share_near(expected_edges, found_edges, tolerance_pixels)
    return precision, recall


def _share_near(edges: npt.NDArray[np.bool_], others: npt.NDArray[np.bool_], pixels: int) -> float:
    near = cv2.dilate(others.astype(np.uint8), np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)) > 0
    return float((edges & near).sum() / max(edges.sum(), 1))
