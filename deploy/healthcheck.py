"""healthcheck.py URL: ends with 0 when the address answers 200, else with 1. For images without curl."""

import sys
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen(sys.argv[1], timeout=4) as answer:
        sys.exit(0 if answer.status == 200 else 1)
except (urllib.error.URLError, TimeoutError):
    sys.exit(1)
