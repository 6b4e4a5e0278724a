"""Hosts end with their worker, however that ends and whatever they are doing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processors.desk import wait_until
from tests.support.processes import ROOT
from tests.support.site import PLUGIN_FOLDER

# A worker in small: one session whose frames keep its host busy, or hang it.
WORKER = """
import sys, time
import numpy as np
from processors.hosts import HostOptions, HostPool
from processors.host_process import HostSpec
from processors.hosted_instance import HostedInstance
from processors import catalogue
from processors.exceptions import ProcessorError
from processors.planes import planes_of

pool = HostPool(HostOptions(soft_deadline_seconds=0.2, hard_deadline_seconds=60))
cls = catalogue.load_class("test-bad")
values = {"fault": sys.argv[1], "trigger": 66}
instance = HostedInstance(cls, pool, HostSpec("test-bad"), lambda: values, lambda: False)
instance.start()
instance.picture(planes_of(np.zeros((48, 64, 3), np.uint8), "bgr24"), 0.0)
try:
    instance.picture(planes_of(np.full((48, 64, 3), 66, np.uint8), "bgr24"), 0.0)
except ProcessorError:
    pass
print(*pool.pids(), flush=True)
if sys.argv[2] == "end":
    sys.exit()
time.sleep(600)
"""


@pytest.mark.parametrize("fault", ["none", "native", "sleep"])
@pytest.mark.parametrize("ending", ["kill", "end"])
def test_a_host_ends_with_its_worker(fault: str, ending: str) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, fault, ending],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}{os.pathsep}{PLUGIN_FOLDER}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    if ending == "kill":
        assert is_running(pid)
        worker.send_signal(signal.SIGKILL)
    worker.wait(20)
    worker.stdout.close()
    wait_until(lambda: not is_running(pid), 10)


def is_running(pid: int) -> bool:
    """Whoever inherits an ended process may reap it late."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
