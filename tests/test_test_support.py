"""The tests' own tools: a real redis-server answers and leaves nothing behind."""

import signal
import sys
from pathlib import Path

import pytest
import redis

from tests.support.processes import RunningProgram
from tests.support.redis_server import RedisServer


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
