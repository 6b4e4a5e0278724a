"""What the kernel knows about UDP sockets (Linux), and where an answer says that they are."""

from pathlib import Path


def dropped_by_kernel(port: int) -> int:
    """Datagrams to this local port that found its receive buffer full, so far."""
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    return sum(int(line.split()[-1]) for line in lines if int(line.split()[1].split(":")[1], 16) == port)


def addresses_in(sdp: str) -> list[tuple[str, int]]:
    """The IPv4 addresses and ports of the candidates, this machine's own first."""
    fields = [line.split(" ") for line in sdp.splitlines() if line.startswith("a=candidate:")]
    return sorted({(field[4], int(field[5])) for field in fields if ":" not in field[4]})
