"""``python -m processors.host``: restrict yourself, load one processor, serve sessions until the worker is gone.

Nothing of any processor is imported before ``sandbox.restrict`` has run.
"""

import json
import os
import socket
import sys
from typing import Any

from processors import sandbox


def main(arguments: list[str]) -> None:
    if arguments[0] == "--probe":
        in_force = sandbox.restrict(limits_of(json.loads(arguments[1])), os.getppid())
        sys.stdout.write(json.dumps(in_force.as_json()))
        return
    order = json.loads(arguments[1])
    in_force = sandbox.restrict(limits_of(order["limits"]), order["parent"])
    sys.path.extend(folder for folder in order["folders"] if folder not in sys.path)
    from processors.host.server import Server

    Server(socket.socket(fileno=int(arguments[0]))).run(in_force)


def limits_of(order: dict[str, Any]) -> sandbox.Limits:
    return sandbox.Limits(**{**order, "readable": tuple(order["readable"])})


main(sys.argv[1:])
