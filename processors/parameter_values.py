"""From the cleaned fields of the admin's form to the defaults kept in a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from . import files
from .base import Processor as ProcessorClass
from .models import ParameterFile, Processor
from .parameters import clean_parameters, values_as_json


class ParameterValues:
    """Only what differs from the class is kept, so that a better default of the class reaches the row."""

    def __init__(
        self, entries: Mapping[str, dict[str, Any]], posted: Mapping[str, Any], before: Mapping[str, Any]
    ) -> None:
        self.entries = entries
        self.posted = posted
        self.before = before
        # What the class makes of the values, and a sentence for each that it does not take.
        self.accepted: dict[str, Any] = {}
        self.errors: dict[str, str] = {}
        # Checked uploads that become rows when the form is saved.
        self.uploads: dict[str, ParameterFile] = {}

    def check(self, cls: type[ProcessorClass]) -> None:
        for name, value in self.posted.items():
            if isinstance(value, UploadedFile):
                self._check_upload(name, value)
        accepted, errors = clean_parameters(cls, self._plain())
        self.accepted = values_as_json(cls, accepted)
        self.errors |= errors

    def keep_files(self, row: Processor) -> None:
        """Store the uploads, forget the files they replace, and put all values into the row."""
        row.parameters = self._changed_from_class() | {
            name: reference for name in self._file_names() if (reference := self._file(name, row))
        }
        row.files.exclude(
            pk__in=[item["file"] for item in row.parameters.values() if isinstance(item, dict)]
        ).delete()

    def _check_upload(self, name: str, upload: UploadedFile[Any]) -> None:
        try:
            self.uploads[name] = files.checked(upload, self.entries[name])
        except files.FileRefused as refusal:
            self.errors[name] = refusal.message

    def _plain(self) -> dict[str, Any]:
        return {name: value for name, value in self.posted.items() if self.entries[name]["type"] != "file"}

    def _file_names(self) -> list[str]:
        return [name for name, entry in self.entries.items() if entry["type"] == "file"]

    def _changed_from_class(self) -> dict[str, Any]:
        accepted = self.accepted.items()
        return {name: value for name, value in accepted if value != self.entries[name]["default"]}

    def _file(self, name: str, row: Processor) -> dict[str, str] | None:
        """A new file, none (the box was ticked), or the one from before."""
        if upload := self.uploads.get(name):
            upload.processor = row
            upload.save()
            return {"file": str(upload.pk), "name": upload.name}
        return None if self.posted.get(name) is False else self.before.get(name)
