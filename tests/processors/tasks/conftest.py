"""Tasks with real weights, and with models of a few numbers whose answers are known."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest

from processors.instance import Instance, Outcome, load
from processors.model_files import FOLDER_VARIABLE
from processors.parameters import clean_parameters, default_values
from processors.results import Picture
from processors.tasks.model_task import ModelTask
from tests.support import real_models

from .made_models import MadeModels


class Trial:
    """One task with its models, as a session has it, but without a process around it."""

    def __init__(self, cls: type[ModelTask], configuration: dict[str, Any], values: dict[str, Any]) -> None:
        self.cls = cls.configured(configuration)
        shared = load(self.cls, configuration)
        self.instance = Instance(self.cls, configuration, default_values(self.cls), shared)
        self.set(**values)
        self.instance.start()

    def set(self, **values: Any) -> None:
        accepted, errors = clean_parameters(self.cls, values)
        assert not errors
        self.instance.apply(accepted)

    def __call__(self, picture: Picture, time: float = 0.0) -> Outcome:
        return self.instance.picture(picture.copy(), time)

    def image(self, picture: Picture) -> Picture:
        shown = self(picture).image
        assert shown is not None
        return shown

    def data(self, picture: Picture) -> dict[str, Any]:
        return self(picture).data or {}


Trying = Callable[..., Trial]


@pytest.fixture
def installed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def real(models_folder: Path, installed_folder: Path) -> Iterator[Trying]:
    """``real(ObjectDetection, "yolox-nano", threshold=0.3)``"""
    opened: list[Trial] = []

    def try_out(cls: type[ModelTask], *names: str, **values: Any) -> Trial:
        real_models.publish(models_folder, installed_folder, *names)
        opened.append(Trial(cls, real_models.configuration(models_folder, *names), values))
        return opened[-1]

    yield try_out
    for trial in opened:
        trial.instance.close()


@pytest.fixture
def made(installed_folder: Path) -> MadeModels:
    """Tiny models that answer the same whatever they see."""
    return MadeModels(installed_folder)


@pytest.fixture
def photo(models_folder: Path) -> Callable[[str], Picture]:
    def opened(name: str) -> Picture:
        picture = cv2.imread(str(models_folder / "images" / name))
        assert picture is not None
        return picture

    return opened
