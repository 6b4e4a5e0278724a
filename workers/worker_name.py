"""A name that no other worker ever had: a message to a worker that died reaches nobody."""

import os
import re
import secrets
import socket


def fresh_worker_name() -> str:
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:30]
    return f"{host}-{os.getpid()}-{secrets.token_hex(4)}"
