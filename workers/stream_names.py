"""What an answer calls a viewer's sections, so that browsers play the sound and the picture of one person in step.

A section keeps its name when it goes to somebody else, and so does the one beside it: Chromium never moves a stream
that it knows to another group. Only sections that stand beside a stranger are renamed, with SSRCs of their own.
"""

from collections.abc import Mapping


class StreamNames:
    """One viewer's. ``shown`` says what each section shows: a stream, by mid."""

    def __init__(self) -> None:
        # By mid, as the last answer said.
        self._names: dict[str, str] = {}

    def __getitem__(self, mid: str) -> str:
        return self._names[mid]

    def name_all(self, kinds: Mapping[str, str], shown: Mapping[str, str]) -> list[str]:
        """Name the sections (kind by mid) for the next answer; return those that had another name before."""
        renamed = []
        for mid, kind in kinds.items():
            if mid in shown and (mid not in self._names or self._is_beside_stranger(mid, shown)):
                renamed += [mid] if mid in self._names else []
                self._names[mid] = self._name_for(mid, shown)
            elif mid not in self._names:
                self._names[mid] = self._spare_name(kind, kinds)
        return renamed

    def is_wrong(self, shown: Mapping[str, str]) -> bool:
        """Whether a section stands beside a stranger, or apart from its own kind, until the next answer."""
        return any(mid not in self._names or self._is_beside_stranger(mid, shown) for mid in shown)

    def preference(self, mid: str, stream: str, shown: Mapping[str, str]) -> int:
        """Return how well a free section suits ``stream``: lower is better."""
        beside = [
            shown[other] for other in self._called(self._names.get(mid)) if other != mid and other in shown
        ]
        if stream in beside:
            return 0
        if beside:
            return 3
        return 1 if len(self._called(self._names.get(mid))) > 1 else 2

    def _is_beside_stranger(self, mid: str, shown: Mapping[str, str]) -> bool:
        for other, name in self._names.items():
            if other != mid and other in shown:
                is_same = shown[other] == shown[mid]
                if is_same is not (name == self._names.get(mid)):
                    return True
        return False

    def _name_for(self, mid: str, shown: Mapping[str, str]) -> str:
        """Return the name of a section that shows the same already, else a new one."""
        stream = shown[mid]
        for other in shown:
            if other != mid and shown[other] == stream and self._is_among_its_own(other, shown, mid):
                return self._names[other]
        taken, name, number = {name for other, name in self._names.items() if other != mid}, stream, 1
        while name in taken:
            number += 1
            name = f"{stream}-{number}"
        return name

    def _is_among_its_own(self, mid: str, shown: Mapping[str, str], but: str) -> bool:
        called = [other for other in self._called(self._names.get(mid)) if other != but and other in shown]
        return bool(called) and all(shown[other] == shown[mid] for other in called)

    def _spare_name(self, kind: str, kinds: Mapping[str, str]) -> str:
        """Name a section that shows nothing yet; each spare picture stands beside a spare sound."""
        taken = {name for other, name in self._names.items() if kinds.get(other) == kind}
        number = 1
        while f"spare-{number}" in taken:
            number += 1
        return f"spare-{number}"

    def _called(self, name: str | None) -> list[str]:
        return [mid for mid, other in self._names.items() if name is not None and other == name]
