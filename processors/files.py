"""Files that visitors choose for parameters: taken over HTTP, kept a day, given to the worker by value.

The page sends ``{"file": ID}`` as the parameter's value. The worker looks nothing up, so the web process puts
the bytes in its place, after checking that the visitor owns the file.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, Sum
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from .images import UnreadableImage, content_type_of
from .models import ParameterFile, Processor
from .row_defaults import row_defaults
from .visibility import Visitor, is_guest

# Long enough for a day of trying, short enough that nothing personal gathers here.
LIFETIME = timedelta(days=1)
# One visitor may not fill the database: 20 files of 2 MiB.
FILES_PER_OWNER = 20


class FileRefused(Exception):
    """A file that is not taken, with the HTTP status that says the same."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Owner:
    """A signed-in user, else the browser of a guest, by the name in his cookie."""

    user_id: int | None
    guest: str

    @classmethod
    def of(cls, user: Visitor, guest: str | None) -> Owner:
        return cls(None, guest or "") if is_guest(user) else cls(user.pk, "")

    @property
    def files(self) -> Q:
        if self.user_id is not None:
            return Q(user_id=self.user_id)
        # A guest without a name owns nothing: an empty one must not match other people's rows.
        return Q(session_key=self.guest) if self.guest else Q(pk=None)


def keep(upload: UploadedFile[Any], parameter: Mapping[str, Any], owner: Owner) -> ParameterFile:
    """Check and store a visitor's file; ``parameter`` is its entry in the manifest."""
    delete_expired()
    if ParameterFile.objects.filter(owner.files).count() >= FILES_PER_OWNER:
        raise FileRefused("too_many_files", 429, _("You have sent many files today. Try again tomorrow."))
    file = checked(upload, parameter)
    if owner.user_id is None:
        _check_room_for_guests(len(file.data))
    file.user_id, file.session_key = owner.user_id, owner.guest
    file.expires = timezone.now() + LIFETIME
    file.save()
    return file


def _check_room_for_guests(size_bytes: int) -> None:
    """A script that drops its cookie is somebody new each time, so all guests together have a limit too."""
    guests = ParameterFile.objects.filter(user=None, processor=None)
    held: int = guests.aggregate(total=Sum(Length("data")))["total"] or 0
    if held + size_bytes > settings.GUEST_FILES_BYTES:
        message = _("There is no room for files of guests just now. Sign in, or try again tomorrow.")
        raise FileRefused("no_room", 503, message)


def checked(upload: UploadedFile[Any], parameter: Mapping[str, Any]) -> ParameterFile:
    """An unsaved row for this file, if its size and its real content suit the parameter."""
    limit = size_limit(parameter)
    if (upload.size or 0) > limit:
        raise too_large(limit)
    data = upload.read()
    content_type = _real_type(data, upload.content_type or "")
    if not data or content_type not in parameter["accept"]:
        raise FileRefused(
            "wrong_file_type", 415, _("This kind of file cannot be used here. Choose another one.")
        )
    return ParameterFile(name=(upload.name or "file")[:120], content_type=content_type, data=data)


def too_large(limit_bytes: int) -> FileRefused:
    message = _("This file is larger than %(limit)s. Choose a smaller one.") % {
        "limit": readable(limit_bytes)
    }
    return FileRefused("file_too_large", 413, message)


def size_limit(parameter: Mapping[str, Any]) -> int:
    return min(int(parameter["max_bytes"]), settings.PARAMETER_FILE_BYTES)


def resolve(
    values: Mapping[str, Any], owner: Owner, processor: Processor
) -> tuple[dict[str, Any], dict[str, str]]:
    """Put bytes where ``values`` only names files. What the visitor may not use becomes an error by name."""
    resolved: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        if not isinstance(value, Mapping):
            resolved[name] = value
        elif file := _usable(value.get("file"), owner, processor):
            resolved[name] = as_value(file)
        else:
            errors[name] = _("This file is no longer here. Choose it again.")
    return resolved, errors


def starting_values(
    processor: Processor, values: Mapping[str, Any], owner: Owner
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a session begins with: the row's defaults, the visitor's own choices over them.

    Raises ProcessorUnavailable when the class of the row cannot be loaded here."""
    return resolve({**row_defaults(processor), **values}, owner, processor)


def as_value(file: ParameterFile) -> dict[str, str]:
    data = base64.b64encode(bytes(file.data)).decode()
    return {"name": file.name, "type": file.content_type, "data": data}


def delete_expired() -> int:
    return ParameterFile.objects.filter(expires__lt=timezone.now()).delete()[0]


def readable(size_bytes: int) -> str:
    mebibytes = size_bytes / 1024 / 1024
    return f"{mebibytes:.0f} MB" if mebibytes >= 1 else f"{size_bytes / 1024:.0f} KB"


def _usable(reference: Any, owner: Owner, processor: Processor) -> ParameterFile | None:
    try:
        pk = uuid.UUID(str(reference))
    except ValueError:
        return None
    alive = Q(expires=None) | Q(expires__gt=timezone.now())
    return ParameterFile.objects.filter(owner.files | Q(processor=processor), alive, pk=pk).first()


def _real_type(data: bytes, claimed: str) -> str:
    """Never believe a browser that a file is a picture: decode it."""
    if not claimed.startswith("image/"):
        return claimed or "application/octet-stream"
    try:
        return content_type_of(data)
    except UnreadableImage as error:
        message = _("This picture cannot be read. Choose a PNG, JPEG or WebP.")
        raise FileRefused("unreadable_image", 415, message) from error
