"""The web and workers know classes of other packages by what these say of themselves in a sandbox."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from processors import catalogue, sandbox
from processors.base import declared_fps, has_own_clock, needs_pixels, needs_samples
from processors.exceptions import DeclarationError, ProcessorUnavailable
from processors.manifest import manifest
from processors.parameters import clean_parameters
from processors.sandbox import Limits
from processors.stand_ins import DECLARATION_BYTES, StandIns
from processors.written_class import read, written

PACKAGE = '''
import os, sys, time
from pathlib import Path
from processors.base import AudioVideoProcessor, Processor, VideoProcessor
from processors.exceptions import ProcessorError
from processors.parameters import *
from processors.results import *

print("what a package prints at its import")

class Everything(AudioVideoProcessor):
    """Takes all there is. Really.

    More that nobody reads.
    """

    label = "Everything"
    pixel_format = "gray"
    channels = 2
    never_passthrough = True
    every_frame = True
    sends_elsewhere = "It goes to the moon."
    video_constraints = {"width": {"ideal": 320}}
    output_fps = NumberParameter("Rate", default=12, integer=True, minimum=1, maximum=60)
    size = IntegerParameter("Size", default=3, minimum=1, maximum=9, step=2, unit="px", help="How large.")
    share = FloatParameter("Share", default=0.5, live=False)
    deep = SwitchParameter("Deep", default=True)
    menu = MenuParameter("Menu", choices={"a": "First", "b": "Second"}, default="b")
    radio = RadioParameter("Radio", choices=["x", "y"])
    several = ChoicesParameter("Several", choices=["p", "q"], default=["q"], none_label="All")
    words = TextParameter("Words", default="hello", maximum_characters=9)
    colour = ColourParameter("Colour", default="#ff0000")
    file = FileParameter("File", accept=["image/png"], maximum_bytes=1000)
    results = {
        "table": Table("Table", columns=("a", "b"), labels=["word"], accumulate="append", keep=7),
        "best": Ranking("Best"), "count": Number("Count", accumulate=lambda old, new: (old or 0) + new),
        "said": Text("Said"), "line": Chart("Line", series=("one",), colours=("#00ff00",), kind="bars"),
        "boxes": Boxes("Boxes"), "level": Meter("Level", minimum=-1, maximum=2),
    }

    def process_video(self, image): return image
    def process_audio(self, samples): return samples
    def render(self): return None

class Plain(VideoProcessor):
    """Says little."""

class Fitted(VideoProcessor):
    """Fits itself."""

    @classmethod
    def configured(cls, configuration):
        if configuration.get("wrong"):
            raise ProcessorError("The configuration is wrong.")
        return cls.variant(choice=MenuParameter("Choice", choices=configuration.get("names", ["none"])))

class OwnRate(Processor):
    """Its rate is known to instances only."""
    gives = {"video"}

    @property
    def output_fps(self): return 5.0
    def render(self): return None

class Chatty(VideoProcessor):
    """Says too much."""
    label = "x" * 2_000_000

def seen(path):
    try:
        return Path(path).read_text()[:9]
    except OSError:
        return "hidden"

def spy(image, secret: str = os.environ.get("SECRET_KEY", "none"), accounts: str = seen("/etc/passwd")):
    """A function; its defaults tell what it saw."""
    return image
'''
KEYS = ("everything", "plain", "fitted", "own-rate", "chatty", "spy")
NAMES = ("Everything", "Plain", "Fitted", "OwnRate", "Chatty", "spy")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "other_people.py").write_text(PACKAGE)
    (tmp_path / "hanging_people.py").write_text("import time\ntime.sleep(60)\n")
    metadata = tmp_path / "other_people-2.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: other-people\nVersion: 2.1\n")
    entries = [f"{key} = other_people:{name}\n" for key, name in zip(KEYS, NAMES, strict=True)]
    entries += ["hanging = hanging_people:Anything\n", "missing = nobody_has_this:Anything\n"]
    (metadata / "entry_points.txt").write_text("[showroom.processors]\n" + "".join(entries))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(catalogue, "installed", catalogue.installed.__wrapped__)
    monkeypatch.setattr(catalogue, "stand_in", StandIns(Limits()).class_for)
    monkeypatch.delitem(sys.modules, "other_people", raising=False)
    return tmp_path


def test_a_stand_in_looks_like_its_class(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("everything", "plain", "own-rate"):
        stand_in = catalogue.load_class(key)
        assert "other_people" not in sys.modules
        with monkeypatch.context() as here:
            here.setattr(catalogue, "stand_in", None)
            cls = catalogue.load_class(key)
        del sys.modules["other_people"]
        assert stand_in is not cls
        assert manifest(stand_in, key) == manifest(cls, key)
        assert json.dumps([each.schema() for each in stand_in.parameters.values()]) == json.dumps(
            [each.schema() for each in cls.parameters.values()]
        )
        for name in ("pixel_format", "sample_rate", "channels", "never_passthrough", "every_frame"):
            assert getattr(stand_in, name) == getattr(cls, name), name
        for facts in (needs_pixels, needs_samples, has_own_clock, declared_fps):
            assert facts(stand_in) == facts(cls), facts
        assert stand_in.isolation == "host"


def test_a_stand_in_checks_values_and_does_nothing_else(package: Path) -> None:
    cls = catalogue.load_class("everything")
    accepted, errors = clean_parameters(cls, {"size": 4, "menu": "z", "several": ["q", "p"]})
    assert (accepted, set(errors)) == ({"size": 5, "several": ("p", "q")}, {"menu"})
    with pytest.raises(RuntimeError, match="another package"):
        cls.load({})
    with pytest.raises(RuntimeError, match="another package"):
        cls().process_video(None)


def test_the_same_class_for_the_same_configuration(package: Path) -> None:
    assert catalogue.load_class("plain", {"a": 1}) is catalogue.load_class("plain")
    one, two = ({"names": [name]} for name in ("one", "two"))
    assert catalogue.load_class("fitted", one) is catalogue.load_class("fitted", one)
    assert list(catalogue.load_class("fitted", two).parameters["choice"].choices) == ["two"]  # type: ignore[attr-defined]
    with pytest.raises(ProcessorUnavailable, match="The configuration is wrong"):
        catalogue.load_class("fitted", {"wrong": True})


def test_code_of_others_sees_no_secret_when_it_is_looked_at(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "should-not-travel")
    parameters = catalogue.load_class("spy").parameters
    assert parameters["secret"].default == "none"
    assert (parameters["accounts"].default == "hidden") == sandbox.describe().files_hidden
    assert "other_people" not in sys.modules


def test_what_does_not_say_what_it_is_is_refused(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.stand_ins.DECLARE_SECONDS", 5.0)
    assert DECLARATION_BYTES < 2_000_000
    for key in ("chatty", "hanging", "missing", "never-heard-of"):
        with pytest.raises(ProcessorUnavailable) as caught:
            catalogue.load_class(key)
        assert key in caught.value.message


@pytest.mark.parametrize(
    "lie",
    [
        {"takes": ["smell"]},
        {"takes": [["video"]]},
        {"never_passthrough": "no"},
        {"pixel_format": "cmyk"},
        {"parameters": {"load": {"kind": "SwitchParameter", "label": "Load", "options": {}}}},
        {"parameters": {"__init__": {"kind": "SwitchParameter", "label": "Load", "options": {}}}},
        {"parameters": {"a": {"kind": "Parameter", "label": "A", "options": {}}}},
        {"results": {"a": {"kind": "ResultView", "options": {"label": "A"}}}},
        {"output_fps": "fast"},
        {"name": 3},
        {"needs_pixels": True, "parameters": None},
    ],
)
def test_a_lie_about_a_class_makes_no_class(lie: dict[str, Any]) -> None:
    honest = written(catalogue.load_class("edges"))
    assert read(honest).takes == {"video"}
    with pytest.raises(DeclarationError):
        read(honest | lie)
