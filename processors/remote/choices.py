"""The processors that a recognised model can become: one for each proposal and each class that runs its kind."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.utils.text import slugify

from .. import catalogue
from ..exceptions import ProcessorError
from ..inference.spec import ModelSpec
from ..model_store.proposal_words import words_of
from ..model_store.slugs import free_slug
from ..models import Processor
from ..translation import translated
from .rows import InferenceServer

SALT = "processors.remote.choices"
TITLE_CHARACTERS = 80


@dataclass(frozen=True)
class Choice:
    key: str
    label: str
    spec: dict[str, Any]
    percent: int
    reason: str

    @property
    def value(self) -> str:
        """What the form sends back; signed, so that it is still what the server was tried with."""
        return signing.dumps({"key": self.key, "spec": self.spec}, salt=SALT, compress=True)

    @property
    def summary(self) -> str:
        given = self.spec["input"]
        return f"{self.spec['convention']}, {given['width']}×{given['height']}, {given['colours']}, {given['fit']}"


def choices_from(proposals: list[dict[str, Any]]) -> list[Choice]:
    return [
        Choice(key, label, each["spec"], round(100 * each["confidence"]), words_of(each))
        for each in proposals
        for key, label in classes_for(ModelSpec.from_json(each["spec"]).task)
    ]


def classes_for(task: str) -> list[tuple[str, str]]:
    found = []
    for key in catalogue.TASKS:
        try:
            cls = catalogue.load_class(key)
        except ProcessorError:
            continue
        if task in getattr(cls, "model_tasks", ()):
            found.append((key, translated(cls.label)))
    return found


def make_row(server: InferenceServer, model: str, version: str, title: str, value: str) -> Processor:
    """Make a draft. Raises ``signing.BadSignature`` for a choice that we did not offer."""
    chosen = signing.loads(value, salt=SALT)
    remote = {"server": server.name, "model": model} | ({"version": version} if version else {})
    entry = {"name": slugify(model) or "model", "title": model, "remote": remote, "spec": chosen["spec"]}
    title = title.strip()[:TITLE_CHARACTERS] or model[:TITLE_CHARACTERS]
    return Processor.objects.create(
        title=title, slug=free_slug(title), key=chosen["key"], configuration={"models": [entry]}
    )
