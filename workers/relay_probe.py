"""Asks a relay (TURN) for an address, as browsers do, and gives it back at once."""

import asyncio
import ssl
import time
from typing import Any

from aioice import stun, turn
from aiortc.rtcicetransport import parse_stun_turn_uri

ANSWER_SECONDS = 8.0
UNAUTHORIZED = {401, 431, 441}
QUOTA_REACHED = {486, 508}


class RelayProblem(Exception):
    """``outcome`` is one of: refused, full, certificate, away, wrong."""

    def __init__(self, outcome: str, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome


async def allocate(url: str, username: str, credential: str) -> tuple[str, int]:
    """Return the address that the relay gave, and the milliseconds it took; raises RelayProblem."""
    started_at = time.monotonic()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            address = await _allocate(url, username, credential)
    except stun.TransactionFailed as error:
        raise RelayProblem(outcome_of(error.response.attributes), str(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise RelayProblem("certificate", error.verify_message) from error
    except (OSError, TimeoutError, stun.TransactionError) as error:
        raise RelayProblem("away", str(error) or "no answer in time") from error
    except ValueError as error:
        raise RelayProblem("wrong", str(error)) from error
    return address, round((time.monotonic() - started_at) * 1000)


async def _allocate(url: str, username: str, credential: str) -> str:
    server = parse_stun_turn_uri(url)
    gone = asyncio.Event()
    transport, _protocol = await turn.create_turn_endpoint(
        lambda: _Nobody(gone),
        (server["host"].strip("[]"), server["port"]),
        username,
        credential,
        ssl=server["scheme"] == "turns" or None,
        transport=server["transport"],
    )
    host, port = transport.get_extra_info("sockname")
    transport.close()
    await gone.wait()
    return f"{host}:{port}"


class _Nobody(asyncio.DatagramProtocol):
    """Nothing is sent to the address; only its end is waited for."""

    def __init__(self, gone: asyncio.Event) -> None:
        self._gone = gone

    def connection_lost(self, error: Exception | None) -> None:
        self._gone.set()


def outcome_of(attributes: dict[str, Any]) -> str:
    code = attributes.get("ERROR-CODE", (0, ""))[0]
    if code in UNAUTHORIZED:
        return "refused"
    return "full" if code in QUOTA_REACHED else "wrong"
