"""The visits of one person to studios and rooms, for the account page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from processors.models import Processor
from processors.translation import translated
from rooms.check_session import SLUG as CHECK

from .user import User


@dataclass(frozen=True)
class Visit:
    title: str
    started: datetime
    ended: datetime | None


def latest_visits(user: User, count: int) -> list[Visit]:
    """Newest first; checks of the connection are no visits.

    A processor that was removed since is named by its address, a room by its title.
    """
    sessions = apps.get_model("rooms", "Session").objects
    rows = sessions.filter(user=user).exclude(processor_slug=CHECK).select_related("room")
    titles = dict(Processor.objects.values_list("slug", "title"))
    return [Visit(what(row, titles), row.started, row.ended) for row in rows.order_by("-started")[:count]]


def what(row: Any, titles: Mapping[str, str]) -> str:
    """Name where somebody was: in a room, with or without a processor, or in the studio of one."""
    worn = translated(titles.get(row.processor_slug, row.processor_slug))
    if row.room is not None:
        return " · ".join(filter(None, [row.room.title, worn]))
    return worn or _("A room that is gone")
