"""What went wrong, in words that lead to the line at fault, and what to do about it."""

import sysconfig
import traceback
from pathlib import Path

from ...exceptions import (
    LoadFailed,
    ProcessFailed,
    ProcessorError,
    ProcessorUnavailable,
    StartFailed,
    WrongOutput,
)

FRAME = Path(__file__).parents[2]  # our own code between the call and the author's
AUTHORS_OWN = FRAME / "builtin"
STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
LIBRARIES = {"numpy", "cv2", "av", "PIL", "onnxruntime"}

COPY_STEP = "Copy the picture before you write into it: image = image.copy()."
ENTRY_STEP = (
    "Compare the entry point in pyproject.toml with the module, mend it, and install the package again."
)
STEPS = (
    ("read-only", COPY_STEP),
    ("readonly", COPY_STEP),
    ("broadcast", "Keep nothing of the size of an earlier picture; make it anew when image.shape changes."),
    ("sizes of input arguments", "Make what you keep anew when image.shape changes."),
    ("out of memory", "Work on a smaller picture."),
)


def what_happened(error: ProcessorError) -> str:
    """Return one sentence: of the contract if that was broken, else of what was raised, and where."""
    cause = error.__cause__
    if isinstance(error, WrongOutput) or cause is None:
        return error.message.partition("; ")[0].rstrip(".") + "."
    return f"{moment_of(error)} raised {raised(cause)}{place_of(cause)}."


def next_step_for(error: ProcessorError) -> str:
    advice = error.message.partition("; ")[2]
    if isinstance(error, WrongOutput) and advice:
        return advice[0].upper() + advice[1:]
    if isinstance(error, ProcessorUnavailable):
        return ENTRY_STEP
    said = str(error.__cause__ or "").casefold()
    return next((step for words, step in STEPS if words in said), "Mend that line, then check again.")


def moment_of(error: ProcessorError) -> str:
    names: dict[type[ProcessorError], str] = {
        LoadFailed: "load()",
        StartFailed: "start()",
        ProcessFailed: "process()",
    }
    return names.get(type(error), "It")


def raised(cause: BaseException) -> str:
    words = " ".join(str(cause).split())
    return f"{type(cause).__name__}{f' ({words[:200]})' if words else ''}"


def place_of(cause: BaseException) -> str:
    """The last line that is neither ours nor of a library: where the author looks first."""
    lines = [frame for frame in traceback.extract_tb(cause.__traceback__) if is_authors(frame.filename)]
    return f" at {Path(lines[-1].filename).name}:{lines[-1].lineno}" if lines else ""


def is_authors(filename: str) -> bool:
    path = Path(filename)
    if path.is_relative_to(AUTHORS_OWN):
        return True
    if not path.is_absolute() or path.is_relative_to(FRAME):
        return False
    of_python = path.is_relative_to(STANDARD_LIBRARY) and "site-packages" not in path.parts
    return not of_python and not LIBRARIES & set(path.parts)
