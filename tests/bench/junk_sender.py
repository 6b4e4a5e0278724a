"""A stranger who sends junk, as a process of its own.

flood   {host, port, junk, per_second, seconds}  → {sent}
"""

import asyncio
import socket
import time

from .door import Message, log_to_stderr, serve

# Datagrams between two looks at the clock.
BURST = 20
STUN_COOKIE = b"\x21\x12\xa4\x42"
DATAGRAMS = {
    "DTLS": b"\x16\xfe\xfd" + bytes(60),
    "RTP": b"\x80\x60" + bytes(160),
    # A whole header that promises more than there is, and a request without a name or a password.
    "cut off STUN": b"\x00\x01\x00\x40" + STUN_COOKIE + bytes(12) + bytes(20),
    "STUN requests": b"\x00\x01\x00\x00" + STUN_COOKIE + bytes(12),
}


async def handle(message: Message) -> Message:
    return {"sent": await asyncio.to_thread(flood, message)}


def flood(message: Message) -> int:
    """Send at an even pace; who is late catches up."""
    datagram, address = DATAGRAMS[message["junk"]], (message["host"], message["port"])
    sent, begun = 0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        while (elapsed := time.monotonic() - begun) < message["seconds"]:
            if sent >= elapsed * message["per_second"]:
                time.sleep(BURST / message["per_second"])
                continue
            for _ in range(BURST):
                stranger.sendto(datagram, address)
            sent += BURST
    return sent


if __name__ == "__main__":
    log_to_stderr()
    asyncio.run(serve(handle))
