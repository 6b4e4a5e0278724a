"""Draws the sample scene: a still life with a portrait on the wall, computed, not photographed.

Run ``python -m processors.assets.make_scene static/sample/scene.webp``; it takes about a minute.
"Use a sample instead" shows it, so it holds what processors look for: a face, edges, soft shades, colours.
"""

import sys
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

WIDTH, HEIGHT, SAMPLES = 1280, 960, 2
STEPS, SHADOW_STEPS = 70, 28
Array = NDArray[np.float32]


def vector(values: ArrayLike) -> Array:
    return np.asarray(values, np.float32)


EYE = vector([0.0, 1.25, -5.2])
LIGHT = vector([-0.55, 0.75, -0.45])
LIGHT = vector(LIGHT / np.linalg.norm(LIGHT))
WALL_Z = 2.2
PORTRAIT = (1.25, 2.28, 0.78, 0.98)  # centre x and y on the wall, half width, half height

# centre, radius, colour (RGB), gloss
SPHERES = [
    ((-1.55, 0.42, 0.15), 0.42, (0.93, 0.47, 0.10), 0.25),
    ((-0.72, 0.36, -0.45), 0.36, (0.96, 0.56, 0.13), 0.25),
    ((0.55, 0.34, -0.75), 0.34, (0.55, 0.68, 0.16), 0.45),
    ((1.15, 0.26, -1.10), 0.26, (0.62, 0.12, 0.16), 0.60),
]
# centre, half size, turn about the vertical in radians, colour
BOXES = [
    ((1.75, 0.13, 0.25), (0.80, 0.13, 0.55), 0.35, (0.13, 0.35, 0.38)),
    ((1.70, 0.36, 0.25), (0.68, 0.10, 0.48), 0.20, (0.72, 0.21, 0.16)),
    ((1.78, 0.53, 0.22), (0.58, 0.07, 0.42), 0.48, (0.88, 0.80, 0.62)),
]
VASE_X, VASE_Z = -0.25, 0.75
VASE_COLOUR = (0.16, 0.30, 0.52)
LEAF_COLOUR = (0.20, 0.42, 0.22)
LEAVES = [
    (-0.95, 2.35, 0.55),
    (-0.45, 2.75, 0.95),
    (0.15, 2.62, 0.50),
    (-0.75, 1.95, 1.15),
    (0.30, 2.10, 1.05),
]


def distances(p: Array) -> Array:
    """Distance of every point to every object, one row each: table, wall, spheres, boxes, vase, leaves."""
    rows = [p[:, 1], WALL_Z - p[:, 2]]
    rows += [np.linalg.norm(p - vector(centre), axis=1) - radius for centre, radius, _, _ in SPHERES]
    rows += [box_distance(p, centre, half, turn) for centre, half, turn, _ in BOXES]
    rows.append(vase_distance(p))
    rows.append(np.min([leaf_distance(p, vector(tip)) for tip in LEAVES], axis=0))
    return np.stack(rows)


def box_distance(p: Array, centre: Any, half: Any, turn: float) -> Array:
    q = p - vector(centre)
    c, s = np.cos(turn), np.sin(turn)
    q = np.stack([c * q[:, 0] - s * q[:, 2], q[:, 1], s * q[:, 0] + c * q[:, 2]], axis=1)
    d = np.abs(q) - vector(half) + 0.02
    return vector(np.linalg.norm(np.maximum(d, 0), axis=1) + np.minimum(d.max(axis=1), 0) - 0.02)


def vase_distance(p: Array) -> Array:
    y = np.clip(p[:, 1], 0, 1.45)
    radius = 0.20 + 0.26 * np.exp(-(((y - 0.5) / 0.38) ** 2)) + 0.07 * np.exp(-(((y - 1.45) / 0.12) ** 2))
    around = np.hypot(p[:, 0] - VASE_X, p[:, 2] - VASE_Z)
    return vector(0.75 * np.maximum(around - radius, np.abs(p[:, 1] - 0.725) - 0.725))


def leaf_distance(p: Array, tip: Array) -> Array:
    """A flat, pointed lens along the line from the mouth of the vase to the tip."""
    root = vector([VASE_X, 1.3, VASE_Z])
    axis = tip - root
    length = np.linalg.norm(axis)
    axis = axis / length
    side = np.cross(axis, vector([0, 0.3, 1]))
    side /= np.linalg.norm(side)
    normal = np.cross(axis, side)
    q = p - root
    along = q @ axis / length
    width = 0.02 + 0.20 * np.sqrt(np.clip(np.sin(np.pi * np.clip((along - 0.25) / 0.75, 0, 1)), 0, 1))
    outside = np.stack(
        [np.abs(along - 0.5) * length - length / 2, np.abs(q @ side) - width, np.abs(q @ normal) - 0.015]
    )
    return vector(0.7 * (np.linalg.norm(np.maximum(outside, 0), axis=0) + np.minimum(outside.max(axis=0), 0)))


def march(origin: Array, direction: Array) -> tuple[Array, NDArray[np.intp]]:
    depth = np.zeros(len(direction), np.float32)
    which = np.zeros(len(direction), np.intp)
    active = np.arange(len(direction))
    for _ in range(STEPS):
        all_rows = distances(origin + depth[active, None] * direction[active])
        nearest = all_rows.min(axis=0)
        which[active] = all_rows.argmin(axis=0)
        depth[active] += nearest
        active = active[(nearest > 0.0015) & (depth[active] < 30)]
        if not len(active):
            break
    return depth, which


def shadow(points: Array) -> Array:
    """1 in the light, 0 in the dark, soft between: how closely the way to the light passes anything."""
    light = np.ones(len(points), np.float32)
    depth = np.full(len(points), 0.03, np.float32)
    for _ in range(SHADOW_STEPS):
        near = np.delete(distances(points + depth[:, None] * LIGHT), 1, axis=0).min(axis=0)
        light = np.minimum(light, np.clip(9 * near / depth, 0, 1))
        depth += np.clip(near, 0.02, 0.25)
    return light


def normals(points: Array) -> Array:
    step = 0.002
    shifts = np.eye(3, dtype=np.float32) * step
    grad = [distances(points + s).min(axis=0) - distances(points - s).min(axis=0) for s in shifts]
    n = np.stack(grad, axis=1)
    return vector(n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-6))


def colours(points: Array, which: NDArray[np.intp], portrait: Array) -> Array:
    plain = [table_colour(points), wall_colour(points, portrait)]
    plain += [np.broadcast_to(vector(colour), points.shape) for _, _, colour, _ in SPHERES]
    plain += [np.broadcast_to(vector(colour), points.shape) for _, _, _, colour in BOXES]
    plain += [vase_colour(points), np.broadcast_to(vector(LEAF_COLOUR), points.shape)]
    return np.stack(plain)[which, np.arange(len(points))]


def table_colour(p: Array) -> Array:
    grain = 0.5 + 0.5 * np.sin(26 * p[:, 2] + 2.5 * np.sin(1.3 * p[:, 0]) + 0.8 * np.sin(7 * p[:, 0]))
    plank = np.where(np.abs((p[:, 2] * 1.1) % 1 - 0.5) > 0.488, 0.55, 1.0)
    return vector(
        vector([0.50, 0.33, 0.20]) * (0.82 + 0.18 * grain * 1.0)[:, None] * plank[:, None].astype(np.float32)
    )


def vase_colour(p: Array) -> Array:
    band = (np.abs(p[:, 1] - 0.95) < 0.05) | (np.abs(p[:, 1] - 0.20) < 0.03)
    return np.where(band[:, None], vector([0.90, 0.86, 0.76]), vector(VASE_COLOUR))


def wall_colour(p: Array, portrait: Array) -> Array:
    colour = np.tile(vector([0.86, 0.82, 0.71]), (len(p), 1))
    stripe = (p[:, 0] * 2.2) % 1 < 0.5
    colour[stripe] *= 0.955
    x, y, half_width, half_height = PORTRAIT
    u, v = (p[:, 0] - x) / half_width, (y - p[:, 1]) / half_height
    frame = (np.abs(u) < 1.14) & (np.abs(v) < 1.11)
    colour[frame] = vector([0.30, 0.20, 0.11])
    inside = (np.abs(u) < 1) & (np.abs(v) < 1)
    rows = ((v[inside] + 1) / 2 * (portrait.shape[0] - 1)).astype(int)
    columns = ((u[inside] + 1) / 2 * (portrait.shape[1] - 1)).astype(int)
    colour[inside] = portrait[rows, columns]
    return colour


def paint_portrait() -> Array:
    """A plain face, painted from ellipses: bright enough about the nose and dark enough about the eyes to be found."""
    size = (620, 780)
    canvas = np.full((size[1], size[0], 3), (0.35, 0.44, 0.42), dtype=np.float32)

    def ell(centre: tuple[int, int], axes: tuple[int, int], colour: tuple[float, float, float]) -> None:
        cv2.ellipse(canvas, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    ell((310, 800), (270, 190), (0.46, 0.20, 0.20))
    ell((310, 350), (215, 262), (0.20, 0.13, 0.09))
    ell((310, 640), (78, 120), (0.78, 0.57, 0.44))
    ell((310, 400), (168, 218), (0.90, 0.70, 0.56))
    ell((310, 205), (160, 95), (0.20, 0.13, 0.09))
    ell((420, 420), (60, 150), (0.84, 0.62, 0.48))
    canvas[:] = cv2.GaussianBlur(canvas, (0, 0), 9)
    for x in (238, 382):
        ell((x, 372), (52, 26), (0.66, 0.46, 0.36))
        ell((x, 376), (38, 18), (0.95, 0.93, 0.90))
        ell((x, 376), (18, 18), (0.16, 0.12, 0.10))
        ell((x, 330), (56, 12), (0.18, 0.11, 0.08))
    ell((310, 440), (18, 72), (0.97, 0.80, 0.67))
    ell((310, 500), (38, 15), (0.74, 0.50, 0.40))
    ell((310, 560), (66, 17), (0.66, 0.27, 0.25))
    ell((310, 553), (60, 4), (0.45, 0.15, 0.15))
    canvas[:] = cv2.GaussianBlur(canvas, (0, 0), 3)
    return canvas


def shade(points: Array, direction: Array, which: NDArray[np.intp], portrait: Array) -> Array:
    n = normals(points)
    facing = np.clip(n @ LIGHT, 0, 1) * shadow(points + 0.01 * n)
    sky = 0.30 + 0.16 * n[:, 1]
    colour = colours(points, which, portrait) * (
        sky[:, None] * vector([0.92, 0.97, 1.08]) + facing[:, None] * vector([1.02, 0.96, 0.84])
    )
    gloss = vector([0.05, 0] + [s[3] for s in SPHERES] + [0.08] * len(BOXES) + [0.55, 0.12])[which]
    half = LIGHT - direction
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = np.clip((n * half).sum(axis=1), 0, 1) ** 60 * gloss * (facing > 0.05)
    return vector(colour + shine[:, None])


def render(offset: tuple[float, float], portrait: Array) -> Array:
    x, y = np.meshgrid(np.arange(WIDTH) + offset[0], np.arange(HEIGHT) + offset[1])
    u, v = (x / WIDTH - 0.5) * 1.05 * WIDTH / HEIGHT, (0.5 - y / HEIGHT) * 1.05
    direction = np.stack([u.ravel(), v.ravel() - 0.05, np.full(u.size, 1.25)], axis=1).astype(np.float32)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    depth, which = march(EYE, direction)
    points = EYE + depth[:, None] * direction
    return shade(points, direction, which, portrait).reshape(HEIGHT, WIDTH, 3)


def main(path: str) -> None:
    portrait = paint_portrait()
    offsets = [((i + 0.5) / SAMPLES, (j + 0.5) / SAMPLES) for i in range(SAMPLES) for j in range(SAMPLES)]
    linear = np.mean([render(offset, portrait) for offset in offsets], axis=0)
    noise = np.random.default_rng(7).normal(0, 0.006, linear.shape[:2])[..., None]
    picture = np.clip(linear, 0, 1) ** 0.88 + noise
    bgr = (np.clip(picture, 0, 1) * 255).astype(np.uint8)[..., ::-1]
    cv2.imwrite(path, np.ascontiguousarray(bgr), [cv2.IMWRITE_WEBP_QUALITY, 82])


if __name__ == "__main__":
    main(sys.argv[1])
