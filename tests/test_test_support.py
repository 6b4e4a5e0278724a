"""The tests' own tools: servers and scripts are real, do what they are told, and leave nothing behind."""

import signal
import sys
from pathlib import Path

import pytest
import redis

from tests.support.processes import RunningProgram
from tests.support.redis_server import RedisServer
from tests.support.script_host import ScriptHost
from tests.support.site import Site


@pytest.mark.redis
def test_the_redis_server_is_real(redis_server: RedisServer) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.ping()


def test_a_program_that_leaves_a_child_is_reported_and_the_child_is_gone(tmp_path: Path) -> None:
    code = (
        "import subprocess, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"
    )
    program = RunningProgram([sys.executable, "-c", code], tmp_path / "log")
    while "up" not in program.output():
        program.expect_running()
    with pytest.raises(AssertionError, match="left processes"):
        program.stop(ask=signal.SIGTERM)
    assert program.left_over() == []


def test_scripts_run_one_after_the_other_and_a_failure_is_told(tmp_path: Path) -> None:
    fine, broken = tmp_path / "fine.py", tmp_path / "broken.py"
    fine.write_text("import json, sys; print(json.dumps(sys.argv[1:]))")
    broken.write_text("1 / 0")
    with ScriptHost(Site(tmp_path).environment()) as host:
        assert host.run(fine, ["one", "two"]) == ["one", "two"]
        with pytest.raises(AssertionError, match=r"broken\.py failed:(.|\n)*ZeroDivisionError"):
            host.run(broken, [])
        assert host.run(fine, []) == []
