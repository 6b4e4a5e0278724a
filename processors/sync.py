"""Our own classes become catalogue rows when the site starts. What exists already is never touched.

Those that need a model begin without one, so that an admin sees what could be installed."""

from django.db import transaction

from . import catalogue
from .models import Processor
from .seeds import SEEDS, Seed
from .visibility import Visibility


def sync_builtins() -> list[Processor]:
    """Add a row for each seed that never had one; return the new rows."""
    known = set(Processor.objects.exclude(seed=None).values_list("seed", flat=True))
    fresh = [seed for seed in all_seeds() if seed.key not in known]
    return [row for row in map(_add, fresh) if row]


def all_seeds() -> list[Seed]:
    """The written seeds in their order, then any built-in that nobody described yet."""
    described = {seed.key for seed in SEEDS}
    plain = [_plain_seed(key) for key in catalogue.BUILTINS if key not in described]
    return [seed for seed in SEEDS if catalogue.is_our_own(seed.key)] + plain


@transaction.atomic
def _add(seed: Seed) -> Processor | None:
    """Two starting servers may both come here; the unique seed lets only one add the row."""
    values = {
        "slug": _free_slug(seed.key),
        "title": seed.title,
        "description": seed.description,
        "tags": seed.tags,
        "key": seed.key,
        "visibility": Visibility.EVERYONE,
        "order": _order(seed.key),
    }
    row, created = Processor.objects.get_or_create(seed=seed.key, defaults=values)
    return row if created else None


def _plain_seed(key: str) -> Seed:
    cls = catalogue.load_class(key)
    return Seed(key, cls.label, "", "")


def _order(key: str) -> int:
    """Steps of ten leave room for rows in between."""
    places = [seed.key for seed in SEEDS]
    return 10 * (places.index(key) + 1 if key in places else len(places) + 1)


def _free_slug(key: str) -> str:
    taken = set(Processor.objects.filter(slug__startswith=key).values_list("slug", flat=True))
    candidates = [key, *(f"{key}-{number}" for number in range(2, len(taken) + 3))]
    return next(slug for slug in candidates if slug not in taken)
