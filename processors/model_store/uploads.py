"""Takes a large file slice by slice. Each slice says where it begins, so a broken upload goes on where it broke."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from processors.files import readable
from processors.inference.caffe import DEFINITION_BYTES, head_for
from processors.model_files import sha256_of

from . import refusals, store
from .reports import Refused
from .rows import ModelFile, ModelUpload
from .structure_head import HEAD_BYTES, refuse_other_formats

SLICE_BYTES = 4 * 1024 * 1024
ONNX, WEIGHTS, DEFINITION = ".onnx", ".caffemodel", ".prototxt"
SUFFIXES = (ONNX, WEIGHTS, DEFINITION)
# Somebody who does not come back within this time begins anew.
LIFETIME = timedelta(days=2)
UPLOADS_PER_USER = 5
FINGERPRINT_CHARACTERS = 300


class UploadRefused(Exception):
    """A request that is not followed, with the HTTP status that says the same."""

    def __init__(self, code: str, status: int, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.facts = facts


def begin(user: Any, name: str, size: int, fingerprint: str) -> ModelUpload:
    """A new upload, or the one this user began earlier with the same file."""
    delete_expired()
    _check_name_and_size(name, size)
    fingerprint = fingerprint[-FINGERPRINT_CHARACTERS:]  # its end holds size and date
    earlier = ModelUpload.objects.filter(user=user, fingerprint=fingerprint).first()
    if earlier and earlier.size == size:
        return earlier
    if earlier:
        cancel(earlier)
    if ModelUpload.objects.filter(user=user).count() >= UPLOADS_PER_USER:
        message = _("You have several unfinished uploads. Finish or cancel one of them first.")
        raise UploadRefused("too_many_uploads", 429, message)
    _check_room(size)
    return ModelUpload.objects.create(user=user, name=name[:200], size=size, fingerprint=fingerprint)


def received(upload: ModelUpload) -> int:
    path = path_of(upload)
    return path.stat().st_size if path.exists() else 0


def add(upload: ModelUpload, offset: int, data: bytes) -> int:
    """Append a slice; return how much is here now."""
    if len(data) > SLICE_BYTES:
        raise UploadRefused("slice_too_large", 413, _("This part of the file is too large."))
    with _open_alone(upload) as file:
        here = file.seek(0, 2)
        if offset != here:
            message = _("This part does not follow the one before.")
            raise UploadRefused("wrong_offset", 409, message, received=here)
        if here + len(data) > upload.size:
            raise UploadRefused("too_long", 400, _("The file is longer than it was said to be."))
        if offset == 0:
            _check_head(data)
        _write(file, here, data)
        return here + len(data)


def finish(upload: ModelUpload, sha256: str) -> ModelFile:
    """The whole file is here: on with it into the quarantine. A browser that cannot compute a hash sends none."""
    if not upload.name.lower().endswith(ONNX):
        message = _("A Caffe net is two files: send the .prototxt and the .caffemodel file together.")
        raise UploadRefused("half_a_net", 400, message)
    _prove(upload, sha256)
    row = store.take(path_of(upload), upload.name, upload.user)
    upload.delete()
    return row


def finish_pair(weights: ModelUpload, sha256: str, definition: ModelUpload, its_sha256: str) -> ModelFile:
    """Both files of a Caffe net are here. From now on they are one: neither is of any use alone."""
    if not weights.name.lower().endswith(WEIGHTS) or not definition.name.lower().endswith(DEFINITION):
        message = _("A Caffe net is a .prototxt file with its definition and a .caffemodel file.")
        raise UploadRefused("wrong_pair", 400, message)
    _prove(definition, its_sha256)
    _prove(weights, sha256)
    _check_room(weights.size)
    both = path_of(weights).with_suffix(".pair")
    try:
        _join(both, definition, weights)
        row = store.take(both, weights.name, weights.user)
    finally:
        both.unlink(missing_ok=True)
    cancel(definition)
    cancel(weights)
    return row


def cancel(upload: ModelUpload) -> None:
    path_of(upload).unlink(missing_ok=True)
    upload.delete()


def cancelable_by(user: Any) -> QuerySet[ModelUpload]:
    """One's own; those of others take room on the disk, so whoever may delete model files may end them."""
    every = ModelUpload.objects.order_by("-created")
    return every if user.has_perm("processors.delete_modelfile") else every.filter(user=user)


def path_of(upload: ModelUpload) -> Path:
    """Named by us: the name that the browser gave never becomes a path."""
    return store.quarantine() / f"{upload.pk}.part"


def delete_expired() -> None:
    for upload in ModelUpload.objects.filter(created__lt=timezone.now() - LIFETIME):
        cancel(upload)
    _delete_orphans()


def _delete_orphans() -> None:
    """What is left of somebody whose account, and with it the upload, is gone."""
    known = {path_of(upload) for upload in ModelUpload.objects.all()}
    oldest = (timezone.now() - LIFETIME).timestamp()
    for path in store.quarantine().glob("????????-????-????-????-????????????.part"):
        if path not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _prove(upload: ModelUpload, sha256: str) -> None:
    here = received(upload)
    if here != upload.size:
        raise UploadRefused("incomplete", 409, _("The file is not complete yet."), received=here)
    if sha256 and sha256_of(path_of(upload)) != sha256:
        cancel(upload)
        raise UploadRefused("wrong_hash", 422, refusals.sentence({"code": "wrong-hash"}))


def _join(both: Path, definition: ModelUpload, weights: ModelUpload) -> None:
    try:
        with both.open("wb") as file:
            file.write(head_for(definition.size))
            for upload in (definition, weights):
                with path_of(upload).open("rb") as part:
                    shutil.copyfileobj(part, file)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room() from error
        raise


def _check_name_and_size(name: str, size: int) -> None:
    if not name.lower().endswith(SUFFIXES):
        message = _(
            "Only .onnx files are taken here, and the .prototxt and .caffemodel files of Caffe. "
            "Export the model to ONNX first."
        )
        raise UploadRefused("wrong_file_type", 415, message)
    if size <= 0:
        raise UploadRefused("empty", 400, refusals.sentence({"code": "empty"}))
    most = DEFINITION_BYTES if name.lower().endswith(DEFINITION) else settings.MODEL_BYTES
    if size > most:
        message = _("This file is larger than %(limit)s. Choose a smaller one.")
        raise UploadRefused("file_too_large", 413, message % {"limit": readable(most)})


def _check_room(size: int) -> None:
    if store.free_bytes() < 2 * size:
        raise _no_room()


def _check_head(data: bytes) -> None:
    """Whatever it is called: an archive or a pickle is noticed before the rest is sent."""
    try:
        refuse_other_formats(data[:HEAD_BYTES])
    except Refused as refusal:
        said = refusals.sentence({"code": refusal.code, "values": refusal.values})
        raise UploadRefused("wrong_file_type", 415, said) from refusal


@contextlib.contextmanager
def _open_alone(upload: ModelUpload) -> Iterator[IO[bytes]]:
    """Two tabs that send the same file must not mix their slices."""
    with path_of(upload).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = _("This file is being sent from another page.")
            raise UploadRefused("busy", 423, message) from error
        yield file


def _write(file: IO[bytes], here: int, data: bytes) -> None:
    try:
        file.write(data)
        file.flush()
    except OSError as error:
        with contextlib.suppress(OSError):
            file.truncate(here)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room() from error
        raise


def _no_room() -> UploadRefused:
    message = _("There is no room for this file on the server. Remove models that nobody uses.")
    return UploadRefused("no_room", 507, message)
