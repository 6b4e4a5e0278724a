"""What a process does only once is done before the first visitor comes."""

import subprocess
import sys

# A certificate made, an offer read: what is imported for them must be there already.
SCRIPT = """
import asyncio, sys
from workers.rehearsal import rehearse
asyncio.run(rehearse())
before = set(sys.modules)
asyncio.run(rehearse())
print(sorted(set(sys.modules) - before))
print("cryptography.hazmat.backends.openssl" in before)
"""


def test_a_second_negotiation_imports_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "True"]
