"""What a worker says about its processor hosts, and what that means for who wants to start one.

A host is named by its *mark*, which both sides compute from the same catalogue row: key, version, configuration.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from processors.hosts import HostReport

ProcessorState = Literal["ready", "loading", "failed", "busy", "offline"]
# A worker with more hosts than this is long out of memory.
HOSTS_TOLD = 64


class Readiness(NamedTuple):
    """May a visitor start now? ``reason`` says why not; it may name files, so it is for staff."""

    state: ProcessorState
    reason: str = ""


@dataclass(frozen=True)
class WorkerReport:
    """How well a worker keeps processors apart, and how each of its hosts fares; part of every heartbeat."""

    # One of ``sandbox.LEVELS``; empty until the worker has found out.
    isolation: str = ""
    files_hidden: bool = False
    hosts: tuple[HostReport, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "hosts": [host._asdict() for host in self.hosts]}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "WorkerReport":
        """Read what a worker of another version may have written: unknown entries are left out."""
        hosts = (HostReport(*(host.get(name, "") for name in HostReport._fields)) for host in told["hosts"])
        return cls(str(told["isolation"]), bool(told["files_hidden"]), tuple(hosts))


NOTHING_TOLD = WorkerReport()


def of_hosts(mark: str, reports: Iterable[WorkerReport]) -> Readiness:
    """One loaded host is enough; one that is loaded nowhere is loaded when somebody comes."""
    hosts = [host for report in reports for host in report.hosts if host.mark == mark]
    states = {host.state for host in hosts}
    if "ready" in states or not states:
        return Readiness("ready")
    if "loading" in states:
        return Readiness("loading")
    return Readiness("failed", next(host.reason for host in hosts if host.state == "failed"))
