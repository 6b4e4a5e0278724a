"""The studio visits of one person, for the account page."""

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps

from processors.models import Processor
from processors.translation import translated

from .user import User


@dataclass(frozen=True)
class Visit:
    title: str
    started: datetime
    ended: datetime | None


def latest_visits(user: User, count: int) -> list[Visit]:
    """Newest first. A processor that was removed since is named by its address."""
    rows = apps.get_model("rooms", "Session").objects.filter(user=user).order_by("-started")[:count]
    titles = dict(Processor.objects.values_list("slug", "title"))
    return [
        Visit(translated(titles.get(row.processor_slug, row.processor_slug)), row.started, row.ended)
        for row in rows
    ]
