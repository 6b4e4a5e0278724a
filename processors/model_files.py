"""Where model files lie, for code that runs frames: a file is named by its SHA-256, and proved by it.

Settings and workers name the folder in the environment, because a processor host knows no Django.
"""

import hashlib
import os
import re
from pathlib import Path

from .exceptions import ModelUnusable

# The environment variable that names the folder.
FOLDER_VARIABLE = "SHOWROOM_MODELS_DIR"
SHA256 = re.compile(r"[0-9a-f]{64}")
READ_BYTES = 1024 * 1024


def model_path(sha256: str) -> Path:
    """Return the path of an installed model; raise ``ModelUnusable`` if it is not here."""
    path = file_in(models_folder(), sha256)
    if not path.is_file():
        raise ModelUnusable("The file of this model is not on this server; an admin installs it again.")
    return path


def read_model(sha256: str) -> bytes:
    """Return the bytes of an installed model, once they have been proved to be the ones asked for."""
    data = model_path(sha256).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelUnusable("The file of this model has been changed; an admin installs it again.")
    return data


def file_in(folder: Path, sha256: str) -> Path:
    """The name comes from a database row: nothing but a hash may become a path."""
    if not SHA256.fullmatch(sha256):
        raise ModelUnusable("The configuration names a model by something that is not a SHA-256.")
    return folder / f"{sha256}.onnx"


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(READ_BYTES):
            digest.update(part)
    return digest.hexdigest()


def models_folder() -> Path:
    if FOLDER_VARIABLE not in os.environ:
        raise ModelUnusable(f"No folder for models is known; set {FOLDER_VARIABLE}.")
    return Path(os.environ[FOLDER_VARIABLE])
