"""The classes an admin may choose from: our own by their titles, then those of installed packages."""

from django.utils.translation import gettext as _

from . import catalogue
from .seeds import SEEDS
from .translation import translated

Choices = list[tuple[str, str]]


def class_choices(current: str = "") -> Choices:
    """``current`` stays in the list when its package is gone: saving another field must not break the row."""
    titles = {key: translated(catalogue.load_class(key).label) for key in catalogue.TASKS}
    titles |= {seed.key: translated(seed.title) for seed in SEEDS}
    listed = [(key, titles.get(key, key)) for key in catalogue.keys()]  # noqa: SIM118 (a function)
    choices = sorted(listed, key=lambda choice: choice[1].casefold())
    if current and current not in dict(choices):
        choices.append((current, _("%(key)s (not installed)") % {"key": current}))
    return choices
