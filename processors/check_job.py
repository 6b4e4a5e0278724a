"""The conformance suite for a row of the catalogue, in the background: its outcome is kept until the row changes."""

import logging
import threading
from typing import Any

from django.conf import settings
from django.core.cache import cache

from .host_limits import host_limits
from .models import Processor
from .packages.checker import check

logger = logging.getLogger(__name__)

RUNNING_SECONDS = 20 * 60  # longer than any check; a process that ended meanwhile is forgotten then
KEPT_SECONDS = 30 * 24 * 3600
# One at a time in this process: the site has sessions to run, and a check measures time.
checking = threading.Lock()


def start(row: Processor) -> bool:
    """Begin, unless it runs already, here or in another web process."""
    if not cache.add(running_key(row), True, RUNNING_SECONDS):
        return False
    threading.Thread(target=run, args=(row,), name=f"check-{row.slug}", daemon=True).start()
    return True


def is_running(row: Processor) -> bool:
    return bool(cache.get(running_key(row)))


def outcome(row: Processor) -> dict[str, Any] | None:
    """Return the last report about the row as it is now."""
    kept: dict[str, Any] | None = cache.get(report_key(row))
    return kept


def run(row: Processor) -> None:
    try:
        with checking:
            report = check(row.key, row.configuration, limits=host_limits())
        cache.set(report_key(row), report.as_json(), KEPT_SECONDS)
    except Exception:
        logger.exception("The check of %s failed", row.slug)
    finally:
        cache.delete(running_key(row))


def report_key(row: Processor) -> str:
    return f"check-report-{row.pk}-{row.version}-{settings.SHOWROOM_VERSION}"


def running_key(row: Processor) -> str:
    return f"check-running-{row.pk}-{row.version}"
