"""Which catalogue rows a worker loads at its start: ``HOSTS_WARM_AT_START``."""

import logging
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error, connections

from processors import catalogue
from processors.exceptions import ProcessorError

# The engine runs without Django's models, too.
if TYPE_CHECKING:
    from processors.models import Processor

logger = logging.getLogger(__name__)


def rows_at_start() -> list[dict[str, Any]]:
    """Runs in a thread. A worker that reaches no database loads each row when somebody comes."""
    try:
        return [row.spec() for row in chosen(settings.HOSTS_WARM_AT_START)]
    except Error:
        logger.warning("The database cannot be asked, so nothing is loaded ahead", exc_info=True)
        return []
    finally:
        connections.close_all()


def chosen(wish: int | list[str] | None) -> "list[Processor]":
    """``wish``: the first so many in the order of the gallery, these slugs, or None for all."""
    from processors.models import Processor
    from processors.visibility import Visibility

    offered = Processor.objects.published().exclude(visibility=Visibility.DRAFT)
    if isinstance(wish, list):
        return [row for row in offered.filter(slug__in=wish) if runs_in_host(row)]
    return list(islice((row for row in offered if runs_in_host(row)), wish))


def runs_in_host(row: "Processor") -> bool:
    try:
        cls = catalogue.load_class(row.key, row.configuration)
    except ProcessorError:
        return False
    return cls.installed and (cls.isolation == "host" or not catalogue.is_our_own(row.key))
