"""Pictures of our own making, and the scripts that draw them."""

from pathlib import Path

FOLDER = Path(__file__).parent
SAMPLES = FOLDER / "samples"
STYLES = FOLDER / "styles"
OVERLAYS = FOLDER / "overlays"
