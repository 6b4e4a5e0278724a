"""The session of the connection check: the ordinary way to a media worker, without a processor of the catalogue.

It carries a data channel only, so it needs neither camera nor rights to any processor; a guest may have it where
guests are welcome. The history shows it like other sessions.
"""

from django.utils.translation import gettext as _

from processors.models import Processor

# No row has it: the check would be impossible if somebody could retire it.
SLUG = "connection-check"


def check_processor() -> Processor:
    """Never saved; touches no picture."""
    return Processor(slug=SLUG, key="passthrough", title=_("Connection check"))
