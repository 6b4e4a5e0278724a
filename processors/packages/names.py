"""Whether a name can be that of a new package; a refusal says which one could."""

import importlib.util
import keyword
import re
import sys
from pathlib import Path

from .. import catalogue

ROOT = Path(__file__).parents[2]
CHARACTERS = 40


class NameRefused(ValueError):
    pass


def checked_name(name: str) -> str:
    """Return the name, or raise ``NameRefused`` with what to choose instead."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > CHARACTERS:
        raise NameRefused(
            f"{name!r} is no name for a package. Use small letters, digits and single hyphens, beginning with a "
            f"letter, {CHARACTERS} characters at most{example_for(name)}."
        )
    if clash := taken_by(name):
        raise NameRefused(f"{name!r} is taken: {clash}. Choose another one, such as {f'our-{name}'!r}.")
    return name


def example_for(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-0123456789")[:CHARACTERS].strip("-")
    return f": {words!r} would do" if words and not taken_by(words) else ", for example 'our-edges'"


def module_of(name: str) -> str:
    return name.replace("-", "_")


def class_of(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def taken_by(name: str) -> str:
    module = module_of(name)
    if keyword.iskeyword(module) or module in sys.stdlib_module_names:
        return "it is a word of Python"
    if (ROOT / module).exists():
        return "Showroom itself has a folder of that name"
    if name in catalogue.keys():  # noqa: SIM118 (a function)
        return "there is a processor with this key"
    if importlib.util.find_spec(module) is not None:
        return "a package of that name is installed here"
    return ""
