"""Models that say whether somebody speaks: pieces, state, specs, recognition; made ones and a real one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from processors.exceptions import BadModelSpec, ModelUnusable, WrongModelOutput
from processors.inference.recognise_sound import recognise_sound
from processors.inference.session import make_session
from processors.inference.sound_spec import SoundSpec, any_spec
from processors.inference.spec import ModelSpec
from processors.inference.voice import Listener, VoiceModel
from tests.support.hearing_models import RECORDINGS, SPEC, expected_means, loudness_model, recording

from .tiny import picture_model

PIECE = 512


@pytest.fixture
def model() -> VoiceModel:
    return VoiceModel.open(loudness_model(), SoundSpec.from_json(SPEC))


@pytest.fixture
def silero(models_folder: Path) -> VoiceModel:
    path = models_folder / "silero-vad" / "silero_vad.onnx"
    [proposal] = recognise_sound(make_session(path.read_bytes()))
    return VoiceModel.open(path, proposal.spec)


def mean(listener: Listener, samples: np.ndarray, at_once: int = 320) -> float:
    pieces = [
        probability
        for start in range(0, len(samples), at_once)
        for probability in listener.hear(samples[start : start + at_once])
    ]
    return float(np.mean(pieces))


@pytest.mark.parametrize("name", RECORDINGS)
def test_recordings_of_people_are_speech(name: str, silero: VoiceModel, models_folder: Path) -> None:
    heard = mean(silero.listener(), recording(models_folder, name))
    assert heard == pytest.approx(expected_means(models_folder)[name], abs=0.01)
    assert heard > 0.5


def test_digital_silence_is_none(silero: VoiceModel) -> None:
    assert mean(silero.listener(), np.zeros(32000, np.float32)) < 0.1


def test_sound_comes_in_whatever_lengths(silero: VoiceModel, models_folder: Path) -> None:
    speech = recording(models_folder, RECORDINGS[0])
    lengths = [mean(silero.listener(), speech, at_once) for at_once in (160, 512, 999, len(speech))]
    assert lengths == pytest.approx([lengths[0]] * 4, abs=1e-6)


def test_a_piece_is_heard_when_it_is_whole(model: VoiceModel) -> None:
    listener = model.listener()
    assert listener.hear(np.zeros(PIECE - 1, np.float32)) == []
    assert len(listener.hear(np.zeros(1, np.float32))) == 1
    assert len(listener.hear(np.zeros(3 * PIECE + 5, np.float32))) == 3


def test_the_end_of_a_piece_is_heard_again_before_the_next(model: VoiceModel) -> None:
    listener = model.listener()
    piece = np.zeros(PIECE, np.float32)
    piece[-64] = 0.5
    first, second, third = listener.hear(np.concatenate([piece, np.zeros(2 * PIECE, np.float32)]))
    assert first == pytest.approx(0.5)
    assert second == pytest.approx(0.51)
    assert third == pytest.approx(0.02)


def test_each_listener_remembers_for_himself(model: VoiceModel) -> None:
    one, other = model.listener(), model.listener()
    assert one.hear(np.zeros(3 * PIECE, np.float32))[-1] == pytest.approx(0.02)
    assert other.hear(np.zeros(PIECE, np.float32)) == [0.0]
    one.forget()
    assert one.hear(np.zeros(PIECE, np.float32)) == [0.0]


def test_probabilities_stay_between_0_and_1(model: VoiceModel) -> None:
    assert model.listener().hear(np.full(PIECE, 7.0, np.float32)) == [1.0]


def test_an_answer_that_is_no_number_costs_the_piece(model: VoiceModel) -> None:
    with pytest.raises(WrongModelOutput, match="NaN"):
        model.hear(np.zeros(PIECE, np.float32), model.silence() + np.nan)


def test_models_of_pictures_do_not_hear() -> None:
    with pytest.raises(BadModelSpec, match="no voice activity model"):
        VoiceModel.open(picture_model("Identity"), SoundSpec.from_json(SPEC))


def test_another_file_is_refused(model: VoiceModel) -> None:
    with pytest.raises(ModelUnusable, match="not the one that was installed"):
        VoiceModel.open(loudness_model(), model.spec, "0" * 64)


def test_the_made_voice_tells_that_a_model_hears() -> None:
    [proposal] = recognise_sound(make_session(loudness_model()))
    assert proposal.spec == SoundSpec.from_json(SPEC)
    assert "made voice" in proposal.reason
    assert recognise_sound(make_session(picture_model("Identity"))) == []


def test_a_spec_of_sound_comes_back_from_json(model: VoiceModel) -> None:
    changed = replace(model.spec, threshold=0.3)
    assert any_spec(changed.as_json()) == changed
    picture = {"task": "image", "convention": "image", "input": {"name": "in", "width": 32, "height": 32}}
    assert isinstance(any_spec(picture), ModelSpec)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"task": "song"}, "task must be one of"),
        ({"convention": "yolox"}, "convention must be one of silero"),
        ({"input": {"name": "input", "rate": 44100}}, "rate must be one of"),
        ({"input": {"name": "input", "samples": 0}}, "samples must be a whole number"),
        ({"input": {"name": "input", "width": 5}}, "values nobody reads: width"),
        ({"labels": ["speech"]}, "values nobody reads: labels"),
        ({"threshold": 2}, "threshold must be a number"),
        ({"input": None}, "must be an object"),
    ],
)
def test_a_wrong_spec_is_told(values: dict[str, object], words: str) -> None:
    with pytest.raises(BadModelSpec, match=words):
        SoundSpec.from_json({**SPEC, **values})
