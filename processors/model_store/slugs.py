from django.utils.text import slugify

from processors.models import Processor

LONGEST_CHARACTERS = 70


def free_slug(wanted: str) -> str:
    """The address for a new processor, with a number behind it if somebody has it already."""
    slug = slugify(wanted)[:LONGEST_CHARACTERS] or "model"
    taken = set(Processor.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    candidates = [slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)
