"""Voice activity as a session has it."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processors.exceptions import ProcessorUnavailable
from processors.instance import Instance, Outcome, load
from processors.manifest import manifest
from processors.parameters import default_values
from processors.tasks.classification import Classification
from processors.tasks.voice_activity import SILENT, SPEAKING, VoiceActivity
from tests.support.hearing_models import SPEC, loudness_model

PIECE = 512
LOUD, QUIET = np.full((1, PIECE), 0.9, np.float32), np.zeros((1, PIECE), np.float32)


class Ear:
    """One visitor's microphone, piece by piece."""

    def __init__(self, configuration: dict[str, Any], **values: Any) -> None:
        cls = VoiceActivity.configured(configuration)
        shared = load(cls, configuration)
        self.instance = Instance(cls, configuration, {**default_values(cls), **values}, shared)
        self.instance.start()
        self.time = 0.0

    def hear(self, samples: np.ndarray) -> Outcome:
        outcome = self.instance.samples(samples, self.time)
        self.time += samples.shape[1] / 16000
        return outcome

    def after(self, samples: np.ndarray, pieces: int) -> list[dict[str, Any]]:
        return [outcome.data for _ in range(pieces) if (outcome := self.hear(samples)).data]


@pytest.fixture
def configuration(installed_folder: Path) -> dict[str, Any]:
    data = loudness_model()
    sha256 = hashlib.sha256(data).hexdigest()
    installed_folder.mkdir(parents=True, exist_ok=True)
    (installed_folder / f"{sha256}.onnx").write_bytes(data)
    return {"models": [{"name": "loudness", "sha256": sha256, "spec": SPEC}]}


def test_it_says_when_somebody_speaks(configuration: dict[str, Any]) -> None:
    ear = Ear(configuration)
    assert ear.after(QUIET, 4)[-1]["now"] == SILENT
    heard = ear.after(LOUD, 40)
    assert heard[-1]["now"] == SPEAKING
    assert heard[-1]["probability"] > 0.9
    assert heard[-1]["spoken"] == pytest.approx(40 * PIECE / 16000, abs=0.15)


def test_a_pause_between_words_is_no_end(configuration: dict[str, Any]) -> None:
    ear = Ear(configuration)
    ear.after(LOUD, 10)
    assert ear.after(QUIET, 8)[-1]["now"] == SPEAKING  # a quarter of a second
    assert ear.after(QUIET, 8)[-1]["now"] == SILENT


def test_results_come_ten_times_a_second(configuration: dict[str, Any]) -> None:
    assert 8 <= len(Ear(configuration).after(QUIET, 31)) <= 10


def test_sound_passes_untouched_unless_it_is_muted(configuration: dict[str, Any]) -> None:
    ear = Ear(configuration)
    assert ear.hear(QUIET + 0.1).samples == pytest.approx(QUIET + 0.1)
    muted = Ear(configuration, muted=True)
    hum = QUIET + 0.1
    first = muted.hear(hum).samples[0]
    assert first[0] == pytest.approx(0.1)  # no click
    assert first[-1] == 0
    assert not muted.hear(hum).samples.any()
    assert muted.hear(LOUD).samples[0, -1] == pytest.approx(0.9)
    assert muted.hear(LOUD).samples == pytest.approx(LOUD)


def test_a_broken_packet_changes_nothing(configuration: dict[str, Any]) -> None:
    assert Ear(configuration, muted=True).hear(np.zeros((1, 0), np.float32)).samples.shape == (1, 0)


def test_a_new_scene_forgets_what_was_heard(configuration: dict[str, Any]) -> None:
    ear = Ear(configuration)
    ear.after(LOUD, 10)
    ear.instance.reset()
    assert ear.after(QUIET, 4)[0]["now"] == SILENT


def test_the_page_can_translate_what_is_said(configuration: dict[str, Any]) -> None:
    described = manifest(VoiceActivity.configured(configuration), translate=str.upper)["results"]["now"]
    assert described["labels"] == {SPEAKING: SPEAKING.upper(), SILENT: SILENT.upper()}


def test_the_rate_is_that_of_the_model(configuration: dict[str, Any]) -> None:
    [entry] = configuration["models"]
    slow = {"models": [{**entry, "spec": {**SPEC, "input": {"name": "input", "rate": 8000, "samples": 256}}}]}
    assert VoiceActivity.configured(slow).sample_rate == 8000
    assert VoiceActivity.configured({}).installed is False


def test_each_class_refuses_the_other_kind_of_model(configuration: dict[str, Any]) -> None:
    with pytest.raises(ProcessorUnavailable, match="a model for voice; choose one for classification"):
        Classification.configured(configuration)
    [entry] = configuration["models"]
    seeing = {
        "task": "image",
        "convention": "image",
        "input": {"name": "in", "width": 32, "height": 32},
    }
    with pytest.raises(ProcessorUnavailable, match="a model for image; choose one for voice"):
        VoiceActivity.configured({"models": [{**entry, "spec": seeing}]})
    remote = {"name": "far", "remote": {"server": "s", "model": "m"}, "spec": SPEC}
    with pytest.raises(ProcessorUnavailable, match="no model of sound on this server"):
        VoiceActivity.load({"models": [remote]})


@pytest.mark.parametrize(("described", "begins"), [(0.7, 0.7), (0.0, 0.05), (1.0, 0.95)])
def test_a_visitor_begins_with_the_threshold_of_the_model(
    described: float, begins: float, configuration: dict[str, Any]
) -> None:
    [entry] = configuration["models"]
    configured = {"models": [{**entry, "spec": {**entry["spec"], "threshold": described}}]}
    cls = VoiceActivity.configured(configured)
    assert cls.parameters["threshold"].default == begins
    ear = Ear(configured)
    now = {after["now"] for after in ear.after(np.full((1, PIECE), 0.6, np.float32), 8)}
    assert now == {SPEAKING if begins < 0.6 else SILENT}
