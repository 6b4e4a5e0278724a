"""Pictures for cards: the uploaded thumbnail, else what the processor makes of our own sample, made once."""

import hashlib
import os
import threading
from pathlib import Path

import cv2
from django.conf import settings

from processors.catalogue import TASKS, is_our_own, load_class
from processors.exceptions import ProcessorError
from processors.models import Processor

WEBP_QUALITY = 82
# One at a time: a first visit asks for twenty at once, and the site has sessions to run.
making = threading.Lock()


def still_of(row: Processor) -> bytes | None:
    """The still as WebP, or None when there is none: the card then shows the plain stage."""
    path = still_path(row)
    if not path.exists():
        with making:
            if not path.exists():
                keep(path, made(row))
    return path.read_bytes() or None


def still_path(row: Processor) -> Path:
    facts = f"{row.key} {row.version} {settings.SHOWROOM_VERSION}"
    name = hashlib.sha256(facts.encode()).hexdigest()[:16]
    return Path(settings.VAR_DIR) / "stills" / f"{row.key}-{name}.webp"


def made(row: Processor) -> bytes:
    """Empty when it cannot be made; only code that may run in a web process is run here."""
    from processors.stills import make_still

    try:
        if not may_be_made_here(row):
            return b""
        picture = make_still(row.key)
    except ProcessorError:
        return b""
    return cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, WEBP_QUALITY])[1].tobytes()


def may_be_made_here(row: Processor) -> bool:
    """The stills of our tasks are drawn without their models; other people's code is not run here."""
    if row.key in TASKS or not is_our_own(row.key):
        return row.key in TASKS
    return load_class(row.key, row.configuration).isolation == "thread"


def keep(path: Path, picture: bytes) -> None:
    """Written beside and renamed, so that no reader ever gets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(picture)
    beside.replace(path)
