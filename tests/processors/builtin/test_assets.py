from pathlib import Path

import cv2
import numpy as np

from processors.assets import OVERLAYS, SAMPLES, STYLES, make_overlays, make_samples, make_styles


def test_the_samples_are_small():
    assert sum(path.stat().st_size for path in SAMPLES.glob("*.jpg")) <= 150 * 1024


def test_the_scripts_draw_what_is_committed(tmp_path, monkeypatch):
    for script, name in ((make_overlays, "OVERLAYS"), (make_samples, "SAMPLES"), (make_styles, "STYLES")):
        monkeypatch.setattr(script, name, tmp_path)
        script.main()
    for folder in (OVERLAYS, SAMPLES, STYLES):
        for path in (path for path in folder.iterdir() if path.suffix in {".png", ".jpg"}):
            assert difference(path, tmp_path / path.name) < 3, path.name


def difference(one: Path, other: Path) -> float:
    """Libraries of other versions may round a pixel differently."""
    pictures = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.int16) for path in (one, other)]
    return float(np.abs(pictures[0] - pictures[1]).mean())
