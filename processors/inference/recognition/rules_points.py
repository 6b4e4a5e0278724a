"""Models of bodies."""

from dataclasses import replace

from ..reasons import reason
from . import inputs
from .observe import Seen
from .proposal import Guess
from .shapes import named, told

USUAL_COUNTS = (14, 16, 17, 18, 21, 26, 68, 98, 133)


def bodypix(seen: Seen) -> Guess | None:
    names = {each.name: each for each in seen.outputs}
    heat, offsets, segments = names.get("heatmaps"), named(seen, "short_offsets"), named(seen, "segments")
    if heat is None or offsets is None or segments is None:
        return None
    why = reason("bodypix")
    outputs = (heat.name, offsets.name, segments.name)
    return Guess("keypoints", "bodypix", outputs, why, 0.98, inputs.RGB_SIGNED, "coco17", threshold=0.3)


def bodypix_mask(seen: Seen) -> Guess | None:
    guess = bodypix(seen)
    if guess is None:
        return None
    return replace(guess, task="segmentation", labels=(), threshold=0.5, sureness=0.7, alternative=True)


def simcc(seen: Seen) -> Guess | None:
    if len(seen.outputs) != 2 or not all(len(each.shape) == 3 for each in seen.outputs):
        return None
    first, second = seen.outputs
    along_x, along_y = (second, first) if "y" in first.name.lower().rsplit("_", 1)[-1] else (first, second)
    factor = along_x.shape[2] / seen.input.width
    if along_x.shape[:2] != along_y.shape[:2] or factor not in (1, 2, 3, 4):
        return None
    if along_y.shape[2] != factor * seen.input.height:
        return None
    known = "coco17" if along_x.shape[1] == 17 else ()
    return Guess(
        "keypoints",
        "simcc",
        (along_x.name, along_y.name),
        reason("simcc", along_x=told(along_x), along_y=told(along_y), factor=f"{factor:g}"),
        0.95,
        inputs.RGB_IMAGENET,
        known,
        threshold=0.3,
    )


def movenet(seen: Seen) -> Guess | None:
    if len(seen.outputs) != 1 or not (
        seen.outputs[0].shape == (1, 1, 17, 3) or seen.outputs[0].shape == (1, 6, 56)
    ):
        return None
    output = seen.outputs[0]
    why = reason("movenet", output=told(output))
    return Guess("keypoints", "movenet", (output.name,), why, 0.95, inputs.MOVENET, "coco17", threshold=0.3)


def heatmaps(seen: Seen) -> Guess | None:
    """One map per key point, a quarter of the input's size."""
    output = seen.outputs[0]
    if len(seen.outputs) != 1 or len(output.shape) != 4 or output.shape[0] != 1:
        return None
    for where, count, (height, width) in (
        ("first", output.shape[1], output.shape[2:]),
        ("last", output.shape[3], output.shape[1:3]),
    ):
        quarter = width * 4 == seen.input.width and height * 4 == seen.input.height
        if quarter and (count in USUAL_COUNTS or "heatmap" in output.name.lower()):
            known = "coco17" if count == 17 else ()
            options = {"channels": where}
            return Guess(
                "keypoints",
                "heatmaps",
                (output.name,),
                reason("heatmaps", output=told(output), count=count),
                0.8,
                inputs.RGB_IMAGENET,
                known,
                0.3,
                decoder=options,
            )
    return None
