"""Between the catalogue and the workers: what these say of themselves, and what they hear of a changed row."""

import logging
from typing import Any

from django.db import transaction

from processors import sandbox
from processors.models import Processor
from processors.worker_reports import Isolation

from . import door, from_sync
from .registry import RegistryError
from .transport import Message, TransportError

logger = logging.getLogger(__name__)


def isolation_of_workers() -> list[Isolation]:
    """A worker that has only just begun does not know yet; one that drains still has visitors."""
    try:
        workers = from_sync.ask(door.registry().workers())
    except (RegistryError, TimeoutError):
        logger.warning("The registry cannot be asked how well workers keep hosts apart", exc_info=True)
        return []
    reports = [worker.report for worker in workers if worker.report.isolation in sandbox.LEVELS]
    return [Isolation(report.isolation, report.files_hidden) for report in reports]


def row_saved(sender: type[Processor], instance: Processor, **_: Any) -> None:
    transaction.on_commit(lambda: from_sync.begin(tell_all(news_of(instance))), robust=True)


def row_deleted(sender: type[Processor], instance: Processor, **_: Any) -> None:
    news = {"type": "withdrawn", "slug": instance.slug}
    transaction.on_commit(lambda: from_sync.begin(tell_all(news)), robust=True)


def news_of(row: Processor) -> Message:
    """Workers decide what to load; rows that need no host cost them nothing."""
    if row.is_retired or row.is_draft:
        return {"type": "withdrawn", "slug": row.slug}
    return {"type": "published", "processor": row.spec()}


async def tell_all(news: Message) -> None:
    """Whoever does not hear it loads the row when somebody comes."""
    try:
        for worker in await door.registry().workers():
            if not worker.draining:
                await door.transport().send_to_worker(worker.name, news)
    except (RegistryError, TransportError):
        logger.info(
            "Not every worker has heard that %s changed", news.get("slug") or news["processor"]["slug"]
        )
