"""The styles that are loaded: shared by all visitors of a host, opened beside the running session."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..exceptions import ProcessorError
from .configured_models import ConfiguredModel

if TYPE_CHECKING:
    from .configured_models import OpenModel

logger = logging.getLogger(__name__)

KEPT_MODELS = 4  # each takes some tens of megabytes once it has run


class StyleShelf:
    """``get`` never waits: it gives the model, or nothing while a thread of its own opens it."""

    def __init__(self, models: Sequence[ConfiguredModel]) -> None:
        self._described = {model.name: model for model in models}
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, OpenModel] = OrderedDict()
        self._opening: set[str] = set()
        self._errors: dict[str, str] = {}
        self._first = models[0].name
        self._open(self._first)
        if error := self.error(self._first):
            raise ProcessorError(error, permanent=True)

    def opened(self, name: str) -> "tuple[str, OpenModel]":
        """Wait for this style; if it cannot be had, it is the first one. Returns its name, too."""
        for wanted in (name, self._first):
            model = self._opened.get(wanted)
            if model is None:
                self._open(wanted)
                model = self._opened.get(wanted)
            if model is not None:
                return wanted, model
        raise ProcessorError(self.error(self._first), permanent=True)

    def get(self, name: str) -> "OpenModel | None":
        with self._lock:
            if name in self._opened:
                self._opened.move_to_end(name)
                return self._opened[name]
            if name in self._opening or name in self._errors:
                return None
            self._opening.add(name)
        threading.Thread(target=self._open, args=(name,), name=f"style-{name}", daemon=True).start()
        return None

    def error(self, name: str) -> str:
        """Why this style cannot be had, or nothing."""
        return self._errors.get(name, "")

    def title(self, name: str) -> str:
        return self._described[name].title

    def _open(self, name: str) -> None:
        try:
            model = self._described[name].open()
            warm_up(model)
        except Exception as error:
            logger.warning("The style %s cannot be opened", name, exc_info=True)
            reason = (
                error.message
                if isinstance(error, ProcessorError)
                else "The host finds the reason in the log."
            )
            self._errors[name] = f"{self.title(name)} cannot be loaded. {reason}"
        else:
            self._keep(name, model)
        finally:
            self._opening.discard(name)

    def _keep(self, name: str, model: "OpenModel") -> None:
        """Sessions that still run one that is let go keep it for as long as they do."""
        with self._lock:
            self._opened[name] = model
            while len(self._opened) > KEPT_MODELS:
                self._opened.popitem(last=False)


def warm_up(model: "OpenModel") -> None:
    """The first run allocates; no visitor should wait for it. A server that is away just now may come back."""
    wanted = model.spec.input
    try:
        model.infer(np.full((wanted.height, wanted.width, 3), 127, np.uint8))
    except ProcessorError as error:
        if not error.transient:
            raise
