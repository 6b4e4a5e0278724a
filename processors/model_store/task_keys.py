"""Which of our classes runs which kinds of models."""

from collections.abc import Collection

from processors import catalogue
from processors.translation import translated


def tasks_of(key: str) -> tuple[str, ...]:
    tasks: tuple[str, ...] = getattr(catalogue.load_class(key), "model_tasks", ())
    return tasks


def choices_for(tasks: Collection[str]) -> list[tuple[str, str]]:
    """Our classes for these kinds, for a form."""
    keys = [key for key in catalogue.TASKS if set(tasks_of(key)) & set(tasks)]
    return [(key, translated(catalogue.load_class(key).label)) for key in keys]
