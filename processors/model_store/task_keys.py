"""Which of our classes runs which kinds of models."""

from processors import catalogue


def tasks_of(key: str) -> tuple[str, ...]:
    tasks: tuple[str, ...] = getattr(catalogue.load_class(key), "model_tasks", ())
    return tasks
