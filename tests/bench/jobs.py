"""What servers are asked to do with the pictures, and which of our processors does it."""

import os
from pathlib import Path
from typing import Any

from processors.model_files import FOLDER_VARIABLE
from tests.processors.tasks.made_models import MadeModels
from tests.support import real_models
from tests.support.processes import ROOT

# Seconds that the slow processors of these jobs take for a picture.
SLOW = {f"slow {seconds:g}": seconds for seconds in (0.2, 0.5, 1.0)}
OUR_KEYS = {
    "none": "passthrough",
    "invert": "invert",
    "edges": "edges",
    "sleep": "bench-sleep",
    "hosted": "test-hosted-invert",
    "objects": "object-detection",
    "brighter": "style-transfer",
} | dict.fromkeys(SLOW, "test-slow")
# Jobs that run a model, by its name in the folder of test models; "brighter" makes its own, of one addition.
MODELS = {"objects": "yolox-nano"}
TEST_MODELS = Path(os.environ.get("SHOWROOM_TEST_MODELS") or ROOT / "../shared/models").resolve()
# The slow processor: seconds for each picture.
SLEEP_SECONDS = 0.2


def configuration(job: str, folder: Path) -> dict[str, Any]:
    """Put the model of the job where hosts look for it, and return what the row of the catalogue would say."""
    if job in SLOW:
        return {"seconds": SLOW[job]}
    os.environ[FOLDER_VARIABLE] = str(folder)
    if job == "brighter":
        made = MadeModels(folder)
        return made.configuration(made.brighter(0.05, "brighter", size=None))
    if job not in MODELS:
        return {}
    real_models.publish(TEST_MODELS, folder, MODELS[job])
    return real_models.configuration(TEST_MODELS, MODELS[job])
