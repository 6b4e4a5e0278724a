"""What a model file says about itself."""

import ast
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

LONGEST_TEXT_CHARACTERS = 200_000  # the names of many thousand classes
LONGEST_SHOWN_CHARACTERS = 500
MAXIMUM_NAMES = 20_000


@dataclass(frozen=True)
class Tensor:
    name: str
    shape: tuple[int | str | None, ...]
    type: str


@dataclass(frozen=True)
class Facts:
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    producer: str
    author: str
    license: str
    task: str
    labels: tuple[str, ...]
    image_size: tuple[int, int] | None  # width, height
    key_points: tuple[int, int] | None  # how many, and numbers for each
    end_to_end: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def facts_of(session: Any) -> Facts:
    about = session.get_modelmeta()
    said = {str(key): str(value) for key, value in about.custom_metadata_map.items()}
    return Facts(
        inputs=tuple(tensor(each) for each in session.get_inputs()),
        outputs=tuple(tensor(each) for each in session.get_outputs()),
        producer=about.producer_name[:LONGEST_SHOWN_CHARACTERS],
        author=said.get("author", "")[:LONGEST_SHOWN_CHARACTERS],
        license=said.get("license", said.get("License", ""))[:LONGEST_SHOWN_CHARACTERS],
        task=said.get("task", "")[:LONGEST_SHOWN_CHARACTERS],
        labels=labels_from(said),
        image_size=size_from(said),
        key_points=key_points_from(said),
        end_to_end=ended(said),
    )


def tensor(declared: Any) -> Tensor:
    return Tensor(str(declared.name), tuple(declared.shape), str(declared.type))


def labels_from(said: Mapping[str, str]) -> tuple[str, ...]:
    """Ultralytics writes a Python dict or list of names; numbers that are missing stay empty."""
    names = literal(said.get("names", ""))
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not names or not all(isinstance(each, int) for each in names):
        return ()
    if min(names) < 0 or max(names) >= MAXIMUM_NAMES:
        return ()
    return tuple(str(names.get(number, ""))[:200] for number in range(max(names) + 1))


def size_from(said: Mapping[str, str]) -> tuple[int, int] | None:
    """Ultralytics writes height and width, or one number for both."""
    size = literal(said.get("imgsz", ""))
    sides = [size, size] if isinstance(size, int) else size
    if not isinstance(sides, list | tuple) or len(sides) != 2:
        return None
    good = all(isinstance(side, int) and 8 <= side <= 4096 for side in sides)
    return (sides[1], sides[0]) if good else None


def key_points_from(said: Mapping[str, str]) -> tuple[int, int] | None:
    shape = literal(said.get("kpt_shape", ""))
    if not isinstance(shape, list | tuple) or len(shape) != 2 or shape[1] not in (2, 3):
        return None
    return (int(shape[0]), int(shape[1])) if isinstance(shape[0], int) and 0 < shape[0] <= 1000 else None


def ended(said: Mapping[str, str]) -> bool:
    arguments = literal(said.get("args", ""))
    inside = isinstance(arguments, dict) and arguments.get("nms") is True
    return inside or literal(said.get("end2end", "")) is True


def literal(written: str) -> Any:
    """Read a Python literal without running anything; ``None`` for whatever is not one."""
    if not written or len(written) > LONGEST_TEXT_CHARACTERS:
        return None
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
