"""Parameter values out of a shared link's query; what does not fit is left out, never an error page."""

import math
from typing import Any

from django.http import QueryDict


def shared_values(parameters: list[dict[str, Any]], query: QueryDict) -> dict[str, Any]:
    values = {item["name"]: read(item, query) for item in parameters if item["name"] in query}
    return {name: value for name, value in values.items() if value is not None}


def read(parameter: dict[str, Any], query: QueryDict) -> Any:
    """Return the value that the query holds, or None when the control could not show it."""
    if parameter["type"] == "choices":
        return read_choices(parameter, query.getlist(parameter["name"]))
    reader = READERS.get(parameter["type"])
    return reader(parameter, str(query[parameter["name"]])) if reader else None


def read_choices(parameter: dict[str, Any], texts: list[str]) -> list[str] | None:
    """Each choice is a pair of its own in the query; one without a value stands for none chosen."""
    known = {choice["value"] for choice in parameter["choices"]}
    chosen = [text for text in texts if text in known]
    return chosen if chosen or texts == [""] else None


def read_number(parameter: dict[str, Any], text: str) -> int | float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    low, high = parameter.get("minimum"), parameter.get("maximum")
    if (
        not math.isfinite(number)
        or (low is not None and number < low)
        or (high is not None and number > high)
    ):
        return None
    return int(number) if number.is_integer() else number


def read_switch(parameter: dict[str, Any], text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def read_choice(parameter: dict[str, Any], text: str) -> str | None:
    return text if text in {choice["value"] for choice in parameter["choices"]} else None


def read_text(parameter: dict[str, Any], text: str) -> str | None:
    return text if len(text) <= (parameter.get("maximum") or 200) and text.isprintable() else None


def read_colour(parameter: dict[str, Any], text: str) -> str | None:
    digits = text.removeprefix("#").lower()
    return f"#{digits}" if len(digits) == 6 and set(digits) <= set("0123456789abcdef") else None


# A file has no place in a link.
READERS = {
    "slider": read_number,
    "number": read_number,
    "switch": read_switch,
    "radio": read_choice,
    "menu": read_choice,
    "text": read_text,
    "colour": read_colour,
}
