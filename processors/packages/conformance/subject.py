"""The processor under test: makes instances of it, feeds them as the engine does, and writes down what is odd."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...base import Processor
from ...exceptions import ProcessorError
from ...instance import Instance, Outcome
from ...parameters import default_values
from ..findings import Finding, Level
from .words import next_step_for, what_happened

Say = Callable[[Mapping[str, Any]], None]


class Subject:
    def __init__(self, key: str, configuration: Mapping[str, Any], say: Say) -> None:
        self.key = key
        self.configuration = configuration
        # Tells the process that watches this one: where we are, and what was found.
        self.say = say
        # Filled by the first checks; the others need both.
        self.cls: type[Processor] = Processor
        self.shared: Any = None
        # The check at hand, and what it has found so far: finding and places, by sameness.
        self.check = ""
        self._seen: dict[str, tuple[Finding, list[str]]] = {}
        # Faults that an earlier check has told, by sameness: they come in the way of later ones, too.
        self._told: dict[str, str] = {}

    def instance(self, **values: Any) -> Instance:
        """Make a new instance and start it. The caller closes it."""
        made = Instance(self.cls, self.configuration, default_values(self.cls) | values, self.shared)
        made.start()
        return made

    def close(self, instance: Instance) -> None:
        self.at("close()")
        instance.close()

    def at(self, place: str) -> None:
        """Say where we are, so that a hang or a crash has an address."""
        self.say({"at": place})

    def fault(self, message: str, next_step: str, place: str = "") -> None:
        self._note(Level.FAULT, message, next_step, place)

    def warn(self, message: str, next_step: str, place: str = "") -> None:
        self._note(Level.WARNING, message, next_step, place)

    def note(self, message: str, place: str = "") -> None:
        self._note(Level.NOTE, message, "", place)

    @property
    def has_faults(self) -> bool:
        return any(finding.level is Level.FAULT for finding, _ in self._seen.values())

    def measured(self, **figures: Any) -> None:
        self.say({"figures": figures})

    def attempt(self, place: str, call: Callable[[], Outcome], is_rare: bool = False) -> Outcome | None:
        """Call; what is raised becomes a finding. The author's own words to a visitor are no fault.

        What hardly ever happens (``is_rare``) may cost a frame.
        """
        self.at(place)
        try:
            return call()
        except ProcessorError as error:
            if type(error) is ProcessorError:
                self.note(f"It told the visitor: {error.message}", place)
            else:
                level = Level.WARNING if is_rare else Level.FAULT
                self._note(level, what_happened(error), next_step_for(error), place)
        return None

    def run(self, check: str, title: str, examine: Callable[["Subject"], None]) -> None:
        """Run one check, and say what it found, each thing once with all its places."""
        self.check, self._seen = check, {}
        self.say({"check": check})
        try:
            examine(self)
        except ProcessorError as error:
            self.fault(what_happened(error), next_step_for(error))
        for finding in self._news() or [Finding(check, Level.GOOD, title)]:
            self.say({"finding": finding.as_json()})

    def _note(self, level: Level, message: str, next_step: str, place: str) -> None:
        first = Finding(self.check, level, message, next_step)
        _, places = self._seen.setdefault(sameness(message), (first, []))
        if place and place not in places:
            places.append(place)

    def _news(self) -> list[Finding]:
        """What no earlier check has told; if it has told all, then that this check could not see past it."""
        new = {same: seen for same, seen in self._seen.items() if same not in self._told}
        if self._seen and not new:
            earlier = self._told[next(iter(self._seen))]
            return [Finding(self.check, Level.NOTE, f"Not seen: what {earlier!r} found comes in between.")]
        self._told |= dict.fromkeys(new, self.check)
        return [replace(first, message=with_places(first.message, places)) for first, places in new.values()]


def sameness(message: str) -> str:
    """The words that an exception brings, in brackets, may hold figures that differ from call to call."""
    return re.sub(r"\(.*\)", "()", message)


def with_places(message: str, places: list[str]) -> str:
    """Name the first places; a list of thirty helps nobody."""
    if not places:
        return message
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    return f"{', '.join(places[:3])}{more}: {message}"
