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
    if arguments[0] == "--declare":
        declare(json.load(sys.stdin))
        return
    order = json.loads(arguments[1])
    in_force = sandbox.restrict(limits_of(order["limits"]), order["parent"])
    sys.path.extend(folder for folder in order["folders"] if folder not in sys.path)
    from processors.host.server import Server

    Server(socket.socket(fileno=int(arguments[0]))).run(in_force)


def declare(order: dict[str, Any]) -> None:
    # What a package prints goes nowhere: the answer alone is read.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sandbox.restrict(limits_of(order["limits"]), order["parent"])
    sys.path.extend(folder for folder in order["folders"] if folder not in sys.path)
    from processors.host import declare

    declare.declare(order, answers)
    answers.close()
    # A thread that the package has begun must not keep this process.
    os._exit(0)


def limits_of(order: dict[str, Any]) -> sandbox.Limits:
    return sandbox.Limits(**{**order, "readable": tuple(order["readable"])})


main(sys.argv[1:])
