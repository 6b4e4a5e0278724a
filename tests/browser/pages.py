"""A page of a browser, as the tests' vocabulary needs it, whichever browser it is."""

from typing import Any, Protocol


class Page(Protocol):
    """What both browsers can do; ``evaluate`` awaits promises and returns JSON values."""

    def open(self, url: str) -> None: ...

    def evaluate(self, expression: str) -> Any: ...

    def click(self, selector: str) -> None: ...

    def set_value(self, selector: str, value: str) -> None: ...

    def close(self) -> None: ...
