"""What need not be in the log."""

import logging


class ExpectedUnreadiness(logging.Filter):
    """/readyz answers 503 while the site starts: that is its purpose, not an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503
