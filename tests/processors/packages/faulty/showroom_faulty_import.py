"""A module whose import never ends, as one that waits for a server does."""

import threading

threading.Event().wait()
