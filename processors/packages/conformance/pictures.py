"""Pictures of every size in, pictures of the right kind out, and the lent ones left alone."""

import numpy as np

from ...base import has_own_clock, needs_pixels
from ...exceptions import ProcessorError
from ...instance import Instance, Outcome
from ...results import Picture
from .scene import SMALL, TINY, USUAL, Size, picture, sizes_for
from .subject import Subject
from .words import COPY_STEP, next_step_for

FRAMES_PER_SIZE = 2  # the first may take another way than the others
PATIENCE_FRAMES = 30  # a second: who gives nothing until then gives nothing
CHANGES: tuple[Size, ...] = (USUAL, SMALL, (480, 640), (1280, 720), USUAL)


def check_sizes(subject: Subject) -> None:
    """A new instance for each size, so that nothing is left from another."""
    for size in sizes_for(subject.cls):
        instance = subject.instance()
        for number in range(FRAMES_PER_SIZE):
            shown(subject, instance, size, number, named(size))
        subject.close(instance)


def check_size_changes(subject: Subject) -> None:
    """A phone is turned, a network gets narrow: the size changes in mid-stream."""
    instance, before = subject.instance(), CHANGES[0]
    for number, size in enumerate(CHANGES):
        place = f"from {named(before)} to {named(size)}" if number else named(size)
        for again in range(FRAMES_PER_SIZE):
            shown(subject, instance, size, number * FRAMES_PER_SIZE + again, place)
        before = size
    subject.close(instance)


def check_lent(subject: Subject) -> None:
    """Planes of the decoder are read again by the decoder: a stroke in them would stay for seconds."""
    instance, lent = subject.instance(), picture(subject.cls.pixel_format)
    before = lent.copy()
    for number in range(FRAMES_PER_SIZE):
        subject.at(named(USUAL))
        if writes_into(instance, lent, number) or not np.array_equal(lent, before):
            subject.fault(f"It writes into the {subject.cls.pixel_format} picture, which is lent.", COPY_STEP)
    subject.close(instance)


def writes_into(instance: Instance, lent: Picture, number: int) -> bool:
    """Other errors are found by other checks."""
    try:
        called(instance, lent, number)
    except ProcessorError as error:
        return next_step_for(error) == COPY_STEP
    return False


def check_gives(subject: Subject) -> None:
    """Somebody who waits in front of a black picture thinks that the site is broken."""
    instance, cls = subject.instance(), subject.cls
    outcomes = [shown(subject, instance, USUAL, number, "waiting") for number in range(PATIENCE_FRAMES)]
    pictures = [outcome.image for outcome in outcomes if outcome is not None and outcome.image is not None]
    wanted = "video" in cls.gives and not has_own_clock(cls)
    if wanted and not pictures and any(outcomes):
        subject.fault(
            f"It gave no picture for {PATIENCE_FRAMES} pictures.",
            "Return a picture, or write gives = frozenset() if it gives none.",
        )
    if pictures and "video" not in cls.gives:
        subject.warn("It gives pictures that nobody will see.", 'Write gives = frozenset({"video"}).')
    subject.close(instance)


def check_first_picture(subject: Subject) -> None:
    """Until its first picture the page shows a placeholder, never the camera: that should not last."""
    instance = subject.instance()
    outcome = subject.attempt("first picture", lambda: called(instance, picture(subject.cls.pixel_format), 0))
    if outcome is not None and outcome.image is None:
        subject.fault(
            "never_passthrough is set, and the first picture gave none: the visitor sees a placeholder.",
            "Return a picture for every frame, a plain one if there is nothing to show yet.",
        )
    subject.close(instance)


def takes_pictures(subject: Subject) -> bool:
    return needs_pixels(subject.cls)


def lends(subject: Subject) -> bool:
    return takes_pictures(subject) and subject.cls.pixel_format in {"gray", "yuv420p"}


def promises_to_hide(subject: Subject) -> bool:
    return needs_pixels(subject.cls) and subject.cls.never_passthrough and not has_own_clock(subject.cls)


def shown(subject: Subject, instance: Instance, size: Size, number: int, place: str) -> Outcome | None:
    image = picture(subject.cls.pixel_format, size)
    return subject.attempt(place, lambda: called(instance, image, number), is_rare=size == TINY)


def called(instance: Instance, image: Picture, number: int) -> Outcome:
    return instance.picture(image, number / 30)


def named(size: Size) -> str:
    return f"{size[0]}×{size[1]}"
