import subprocess
import sys
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from processors import catalogue
from processors.base import Processor, VideoProcessor
from processors.exceptions import ProcessorUnavailable
from processors.manifest import manifest, visible_texts

IMPORT_ALL = """
import sys
from processors import catalogue, manifest
for key in [*catalogue.BUILTINS, *catalogue.TASKS]:
    if key != "voice":
        manifest.manifest(catalogue.load_class(key), key)
assert "django" not in sys.modules, "a processor imported Django"
assert not {"onnxruntime", "onnx"} & set(sys.modules), "a task opened a model"
assert not {"av", "aiortc"} & set(sys.modules), "a processor imported the media engine"
catalogue.load_class("voice")
assert "django" not in sys.modules and "aiortc" not in sys.modules
print(len(catalogue.BUILTINS))
"""

PLUGIN = """
from processors.base import VideoProcessor

class Plugin(VideoProcessor):
    label = "From a package"

def brighter(image, by: int = 10):
    "Adds light."
    return image + by

class NotOne: pass

raises = None
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """An installed package: a module with its metadata, as pip leaves them."""
    (tmp_path / "showroom_plugin.py").write_text(PLUGIN)
    (tmp_path / "showroom_broken.py").write_text("import a_module_that_nobody_has")
    metadata = tmp_path / "showroom_plugin-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: showroom-plugin\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[showroom.processors]\n"
        "from-a-package = showroom_plugin:Plugin\n"
        "brighter = showroom_plugin:brighter\n"
        "edges = showroom_plugin:Plugin\n"
        "no-class = showroom_plugin:NotOne\n"
        "broken = showroom_broken:Anything\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    # As in a host, or on a laptop without a site.
    monkeypatch.setattr(catalogue, "stand_in", None)
    catalogue.installed.cache_clear()
    yield
    catalogue.installed.cache_clear()


def test_every_built_in_can_be_imported_without_django_and_without_the_engine():
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(catalogue.BUILTINS) >= 20


def test_nothing_is_imported_before_it_is_chosen():
    code = (
        "import sys, processors.catalogue as c; c.keys(); print([m for m in sys.modules if 'builtin.' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("key", [*catalogue.BUILTINS, *catalogue.TASKS])
def test_every_built_in_explains_itself(key):
    cls = catalogue.load_class(key)
    said = manifest(cls, key)
    assert issubclass(cls, Processor)
    assert "label" in vars(cls)
    assert len(said["description"]) > 20
    assert all(item["label"] for item in said["parameters"])
    assert all(view["label"] for view in said["results"].values())
    assert said["label"] in visible_texts(cls)


def test_processors_of_installed_packages_are_listed_after_the_built_ins(plugin):
    assert catalogue.keys()[: len(catalogue.BUILTINS)] == list(catalogue.BUILTINS)
    ours = len(catalogue.BUILTINS) + len(catalogue.TASKS)
    assert catalogue.keys()[len(catalogue.BUILTINS) : ours] == list(catalogue.TASKS)
    assert catalogue.keys()[ours:] == ["brighter", "broken", "from-a-package", "no-class"]
    assert catalogue.load_class("from-a-package").label == "From a package"


def test_a_function_of_a_package_becomes_one_class(plugin):
    cls = catalogue.load_class("brighter")
    assert issubclass(cls, VideoProcessor)
    assert cls is catalogue.load_class("brighter")
    assert cls(by=5).process(np.zeros((2, 2, 3), np.uint8)).max() == 5


def test_a_package_cannot_take_the_place_of_a_built_in(plugin):
    assert catalogue.load_class("edges").label == "Edges"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("broken", "cannot be imported"),
        ("no-class", "neither a Processor class nor a function"),
        ("never-heard-of", "There is no processor"),
    ],
)
def test_what_cannot_be_had_is_refused_with_a_reason(plugin, key, words):
    with pytest.raises(ProcessorUnavailable, match=words) as caught:
        catalogue.load_class(key)
    assert caught.value.code == "processor_unavailable"
    assert caught.value.permanent


def test_the_entry_point_group_is_the_documented_one(plugin):
    entry = catalogue.installed()["from-a-package"]
    assert isinstance(entry, EntryPoint)
    assert entry.group == "showroom.processors"
