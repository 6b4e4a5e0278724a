"""What a viewer's page says of its tiles: which are on the screen, and how large."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .exceptions import BadRoomMessage
from .sources import KIND_OF

MAX_TILES = 100
MAX_SIDE = 10_000


@dataclass(frozen=True)
class Tile:
    """One picture on a page; width and height in pixels of its screen."""

    visible: bool = True
    width: int = MAX_SIDE
    height: int = MAX_SIDE


EVERYTHING = Tile()


@dataclass(frozen=True)
class View:
    """What a page shows. Of whom it says nothing is shown: somebody may just have come."""

    tiles: Mapping[tuple[str, str], Tile] = field(default_factory=dict)
    audio_only: bool = False
    # Whether the page wants one picture and one sound of all, composed by the server.
    mix: bool = False
    # Whether the page wants to see what became of its own camera, while a processor is worn over it.
    own: bool = False

    def tile(self, participant: str, source: str) -> Tile:
        return self.tiles.get((participant, source), EVERYTHING)

    def shows(self, participant: str, source: str) -> bool:
        return not self.audio_only and self.tile(participant, source).visible


def read_view(message: Mapping[str, Any], before: View) -> View:
    """Return the view that a message asks for; what it does not name stays; raise BadRoomMessage."""
    tiles = message.get("tiles")
    if tiles is not None and (not isinstance(tiles, list) or len(tiles) > MAX_TILES):
        raise BadRoomMessage(f"tiles must be a list of at most {MAX_TILES} objects.")
    return View(
        before.tiles if tiles is None else dict(read_tile(tile) for tile in tiles),
        read_flag(message, "audio_only", before.audio_only),
        read_flag(message, "mix", before.mix),
        read_flag(message, "own", before.own),
    )


def read_tile(tile: Any) -> tuple[tuple[str, str], Tile]:
    if not isinstance(tile, dict) or not isinstance(tile.get("participant"), str):
        raise BadRoomMessage("A tile is an object that names its participant.")
    source = tile.get("source", "camera")
    if source != "mix" and KIND_OF.get(source) != "video":
        raise BadRoomMessage("The source of a tile is camera, screen or mix.")
    size = (read_side(tile, "width"), read_side(tile, "height"))
    return (tile["participant"], source), Tile(read_flag(tile, "visible", True), *size)


def read_side(tile: Mapping[str, Any], name: str) -> int:
    side = tile.get(name, MAX_SIDE)
    if isinstance(side, bool) or not isinstance(side, int | float) or not 0 <= side <= MAX_SIDE:
        raise BadRoomMessage(f"The {name} of a tile is a number of pixels up to {MAX_SIDE}.")
    return int(side)


def read_flag(message: Mapping[str, Any], name: str, usual: bool) -> bool:
    value = message.get(name, usual)
    if not isinstance(value, bool):
        raise BadRoomMessage(f"{name} is true or false.")
    return value
