"""The registry of a team: Redis, one Lua script for each atomic step, a client of its own for each loop."""

import asyncio
import json
import random
from collections.abc import Awaitable, Collection
from typing import Any
from weakref import WeakKeyDictionary

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from . import redis_scripts
from .placement import FULL_STRESS
from .readiness import NOTHING_TOLD, WorkerReport
from .registry import (
    AllBusy,
    Claim,
    Heartbeat,
    Lease,
    NoWorker,
    Registry,
    RegistryError,
    RegistryLimits,
    RegistryUnavailable,
    RoomFull,
    TooManySessions,
    WorkerEntry,
)

# A registry that does not answer at once is treated as away; sessions that run do not need it.
ANSWER_SECONDS = 2.0
CONNECTIONS = 8
REFUSALS: dict[str, type[RegistryError]] = {
    "offline": NoWorker,
    "busy": AllBusy,
    "session_limit": TooManySessions,
    "room_full": RoomFull,
}


class RedisRegistry(Registry):
    def __init__(self, limits: RegistryLimits, url: str, prefix: str = "showroom:") -> None:
        super().__init__(limits)
        self._url = url
        self._prefix = prefix
        # A client belongs to the loop it was made on.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()

    async def beat(self, heartbeat: Heartbeat) -> frozenset[str]:
        leases = json.dumps([vars(lease) for lease in heartbeat.leases])
        answer = await self._run(
            redis_scripts.BEAT,
            heartbeat.worker,
            heartbeat.capacity,
            heartbeat.stress,
            int(heartbeat.draining),
            milliseconds(self.limits.ttl_seconds),
            leases,
            json.dumps(heartbeat.report.as_json()),
        )
        return frozenset(json.loads(answer))

    async def retire(self, worker: str) -> None:
        await self._run(redis_scripts.RETIRE, worker)

    async def workers(self) -> list[WorkerEntry]:
        entries = json.loads(await self._run(redis_scripts.WORKERS))
        return [as_entry(entry) for entry in entries]

    async def place(self, claim: Claim) -> Lease:
        answer = json.loads(
            await self._run(
                redis_scripts.PLACE,
                claim.session,
                claim.owner,
                claim.processor,
                claim.session_limit,
                self.limits.sessions_per_owner,
                milliseconds(self.limits.reservation_seconds),
                FULL_STRESS,
                random.random(),
                random.random(),
                int(claim.anew),
                claim.room,
                claim.room_seats,
                int(claim.takes_over),
            )
        )
        if "refused" in answer:
            raise REFUSALS[answer["refused"]]
        return as_lease(answer["lease"])

    async def leases(self, sessions: Collection[str]) -> dict[str, Lease]:
        if not sessions:
            return {}
        found = json.loads(await self._run(redis_scripts.LEASES, *sessions))
        return {entry["session"]: as_lease(entry) for entry in found}

    async def seats(self, room: str) -> list[Lease]:
        found = json.loads(await self._run(redis_scripts.SEATS, room))
        return [as_lease(entry) for entry in found]

    async def people(self, rooms: Collection[str]) -> dict[str, int]:
        if not rooms:
            return {}
        counts = await self._run(redis_scripts.PEOPLE, *rooms)
        return {room: int(count) for room, count in zip(rooms, counts, strict=True)}

    async def release(self, session: str, epoch: int | None = None, reason: str = "") -> bool:
        answer = await self._run(
            redis_scripts.RELEASE,
            session,
            "" if epoch is None else epoch,
            reason,
            milliseconds(self.limits.ended_seconds),
        )
        return bool(int(answer))

    async def end_reason(self, session: str) -> str:
        reason = await self._answer(self._client().get(f"{self._prefix}ended:{session}"))
        return str(reason or "")

    async def count(self, processor: str) -> int:
        return int(await self._run(redis_scripts.COUNT, processor))

    async def generation(self) -> str:
        facts = await self._answer(self._client().info("server"))
        return str(facts["run_id"])

    async def close(self) -> None:
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client:
            await client.aclose()

    async def _run(self, script: str, *arguments: Any) -> Any:
        return await self._answer(self._evaluate(script, arguments))

    async def _evaluate(self, script: str, arguments: tuple[Any, ...]) -> Any:
        call = self._client().register_script(script)
        return await call(keys=[self._prefix], args=list(arguments))

    async def _answer(self, request: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(2 * ANSWER_SECONDS):
                return await request
        except (RedisError, OSError, TimeoutError) as error:
            raise RegistryUnavailable from error

    def _client(self) -> Redis:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = connect(self._url)
        return self._clients[loop]


def connect(url: str) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        # A burst waits its turn; it does not open a connection for each question.
        max_connections=CONNECTIONS,
        timeout=ANSWER_SECONDS,
        decode_responses=True,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        # The caller's own rhythm is the retry: a heartbeat comes again in a second.
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def as_entry(entry: dict[str, Any]) -> WorkerEntry:
    told = entry.pop("report")
    return WorkerEntry(**entry, report=WorkerReport.from_json(json.loads(told)) if told else NOTHING_TOLD)


def as_lease(entry: dict[str, Any]) -> Lease:
    return Lease(
        entry["session"],
        entry["worker"],
        int(entry["epoch"]),
        entry["owner"],
        entry["processor"],
        entry["room"],
    )
