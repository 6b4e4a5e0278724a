"""Which texts of our own classes, and of the well-known lists of classes, a visitor can read."""

from . import catalogue
from .inference.labels import LISTS
from .manifest import visible_texts
from .remote.limits import SENDS_ELSEWHERE
from .seeds import SEEDS, TAGS


def builtin_texts() -> list[str]:
    """Every text once, sorted, so that a new processor changes few lines of the list."""
    keys = [*catalogue.BUILTINS, *catalogue.TASKS]
    of_classes = (text for key in keys for text in visible_texts(catalogue.load_class(key)))
    of_rows = (text for seed in SEEDS for text in (seed.title, seed.description))
    of_models = (name for names in LISTS.values() for name in names)
    return sorted(
        text for text in {*of_classes, *of_rows, *of_models, *TAGS, SENDS_ELSEWHERE} if has_words(text)
    )


def has_words(text: str) -> bool:
    """``%`` is the same in every language."""
    return any(character.isalpha() for character in text)
