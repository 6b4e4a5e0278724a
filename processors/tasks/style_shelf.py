"""The styles that are loaded: shared by all visitors of a host, opened beside the running session.

Whoever looks at styles goes through the menu, so its neighbours are opened before anybody asks for them: a change is
then a matter of one frame.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..exceptions import ProcessorError
from .configured_models import ConfiguredModel
from .warm_up import warm_up

if TYPE_CHECKING:
    from .configured_models import OpenModel

logger = logging.getLogger(__name__)

KEPT_MODELS = 4  # each takes some tens of megabytes once it has run
AHEAD = 1, 2, -1  # places in the menu, from the style that was chosen; with itself no more than are kept


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
        self._open_with_neighbours(self._first)

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
        """Whoever asks keeps asking until it is there; what fails is said by ``error``."""
        with self._lock:
            ready = self._opened.get(name)
        self._open_with_neighbours(name)
        return ready

    def error(self, name: str) -> str:
        """Why this style cannot be had, or nothing."""
        return self._errors.get(name, "")

    def title(self, name: str) -> str:
        return self._described[name].title

    def open_names(self) -> list[str]:
        """Return the styles that are ready; the first is the next to be let go."""
        with self._lock:
            return list(self._opened)

    def close(self, name: str) -> None:
        """Sessions that paint with it keep it for as long as they do."""
        with self._lock:
            self._opened.pop(name, None)

    def _open_with_neighbours(self, name: str) -> None:
        """A style that somebody waits for does not wait itself for those that may be wanted later."""
        menu = list(self._described)
        place = menu.index(name)
        ahead = list(dict.fromkeys(menu[(place + step) % len(menu)] for step in AHEAD))
        self._keep_longest([*ahead, name])
        for names in ([name], ahead):
            if any(map(self._is_missing, names)):
                threading.Thread(target=self._open_all, args=(names,), name="styles", daemon=True).start()

    def _keep_longest(self, names: Sequence[str]) -> None:
        with self._lock:
            for name in names:
                if name in self._opened:
                    self._opened.move_to_end(name)

    def _open_all(self, names: Sequence[str]) -> None:
        for name in names:
            with self._lock:
                if not self._is_missing(name):
                    continue
                self._opening.add(name)
            self._open(name)

    def _is_missing(self, name: str) -> bool:
        return name not in self._opened and name not in self._opening and name not in self._errors

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
