import numpy as np
import pytest

from processors.tasks.classification import Classification

from .conftest import Trial
from .made_models import MadeModels

BLACK = np.zeros((48, 64, 3), np.uint8)
SCORES = [0.02, 0.5, 0.03, 0.25, 0.1, 0.06, 0.04]
LABELS = ["ant", "bee", "cat", "dog", "elk", "fox", "gnu"]


@pytest.fixture
def running(made: MadeModels) -> Trial:
    return Trial(Classification, made.configuration(made.scores(SCORES, LABELS)), {})


def test_the_five_likeliest_come_first(running: Trial) -> None:
    likeliest = running.data(BLACK)["likeliest"]
    assert [name for name, _ in likeliest] == ["bee", "dog", "elk", "fox", "gnu"]
    assert [share for _, share in likeliest] == pytest.approx([0.5, 0.25, 0.1, 0.06, 0.04], abs=1e-3)


def test_the_visitor_chooses_how_many(running: Trial) -> None:
    running.set(count=2)
    assert len(running.data(BLACK)["likeliest"]) == 2
    running.set(count=10)
    assert len(running.data(BLACK)["likeliest"]) == len(LABELS)


def test_the_picture_is_not_changed(running: Trial) -> None:
    assert (running.image(BLACK) == BLACK).all()
