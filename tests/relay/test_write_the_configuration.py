"""``manage.py turnconfig``: strict, private, and loud about what is missing."""

import stat
from pathlib import Path

import pytest

from tests.support.turn_server import SECRET, run_turnconfig
from workers.answer import QUALITIES

GOOD = {
    "TURN_URLS": "turn:turn.example.org:4000?transport=udp,turns:turn.example.org:443?transport=tcp",
    "TURN_SECRET": SECRET,
    "TURN_WORKER_ADDRESSES": "203.0.113.9,10.0.5.0/24",
    "TURN_EXTERNAL_ADDRESS": "198.51.100.4",
    "TURN_RELAY_ADDRESS": "10.0.0.4",
    "TURN_CERTIFICATE": "/etc/ssl/turn.pem",
    "TURN_CERTIFICATE_KEY": "/etc/ssl/turn.key",
}


def test_it_follows_the_settings(tmp_path: Path) -> None:
    lines = set(run_turnconfig(tmp_path, GOOD).stdout.splitlines())
    assert lines >= {
        "listening-port=4000",
        "tls-listening-port=443",
        "cert=/etc/ssl/turn.pem",
        "external-ip=198.51.100.4/10.0.0.4",
        "relay-ip=10.0.0.4",
        f"static-auth-secret={SECRET}",
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "allowed-peer-ip=203.0.113.9",
        "allowed-peer-ip=10.0.5.0-10.0.5.255",
        "no-cli",
        "no-multicast-peers",
        "no-tcp-relay",
        "user-quota=4",
        "total-quota=400",
        "max-bps=2000000",
    }
    assert "allow-loopback-peers" not in lines
    assert sum(line.startswith("allowed-peer-ip") for line in lines) == 2


def test_a_session_may_carry_everybody_of_the_largest_room(tmp_path: Path) -> None:
    most = QUALITIES["standard"].max_kbps * 1000 // 8
    for seats in (2, 8, 20):
        done = run_turnconfig(tmp_path, GOOD | {"ROOM_PARTICIPANT_LIMIT": str(seats)})
        (limit,) = [line for line in done.stdout.splitlines() if line.startswith("max-bps=")]
        # All but oneself, and somebody's screen.
        assert int(limit.removeprefix("max-bps=")) >= most * seats
    chosen = run_turnconfig(tmp_path, GOOD | {"TURN_BYTES_PER_SECOND": "123456"})
    assert "max-bps=123456" in chosen.stdout.splitlines()


def test_workers_behind_the_relay_are_reached_there(tmp_path: Path) -> None:
    settings = GOOD | {"TURN_WORKER_ADDRESSES": "", "WORKER_TURN_URL": "turn:turn.example.org:4000"}
    allowed = [line for line in run_turnconfig(tmp_path, settings).stdout.splitlines() if "allowed" in line]
    assert allowed == ["allowed-peer-ip=198.51.100.4"]


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "turnserver.conf"
    path.write_text("an older one that everybody may read")
    done = run_turnconfig(tmp_path, GOOD, "--out", str(path))
    assert (done.returncode, SECRET in done.stdout) == (0, False)
    assert SECRET in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"TURN_SECRET": "short"}, "TURN_SECRET"),
        ({"TURN_SECRET": f"{SECRET} allow-loopback-peers"}, "without spaces"),
        ({"TURN_REALM": "a\nallow-loopback-peers"}, "TURN_REALM"),
        ({"TURN_URLS": "http://turn.example.org"}, "unusable address"),
        ({"TURN_WORKER_ADDRESSES": ""}, "where the media workers are"),
        ({"TURN_WORKER_ADDRESSES": "0.0.0.0/0"}, "must not stand for every address"),
        ({"TURN_WORKER_ADDRESSES": "worker.example.org"}, "TURN_WORKER_ADDRESSES is unusable"),
        ({"TURN_WORKER_ADDRESSES": "127.0.0.1"}, "no address of a media worker"),
        ({"TURN_WORKER_ADDRESSES": "169.254.169.254"}, "no address of a media worker"),
        ({"TURN_WORKER_ADDRESSES": "fd00::2"}, "IPv4"),
        ({"TURN_CERTIFICATE": ""}, "TURN_CERTIFICATE_KEY"),
        ({"TURN_CERTIFICATE": "", "TURN_CERTIFICATE_KEY": ""}, "needs a certificate"),
        (
            {"WORKER_TURN_URL": "turn:turn.example.org:3478,turn:other.example.org:3478"},
            "write for example WORKER_TURN_URL=turn:turn.example.org:3478",
        ),
        ({"TURN_URLS": "", "ICE_RELAY_ONLY": "True"}, "need a relay for browsers"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_fix(
    tmp_path: Path, wrong: dict[str, str], sentence: str
) -> None:
    done = run_turnconfig(tmp_path, GOOD | wrong)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert SECRET not in done.stdout + done.stderr
