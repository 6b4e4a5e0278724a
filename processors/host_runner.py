"""Runs a processor in a host: the thread here decodes and encodes, the processor itself is in a child process."""

from collections.abc import Mapping
from typing import Any

from .base import Processor
from .host_process import HostSpec
from .hosted_instance import HostedInstance
from .hosts import HostPool
from .instance import RunningInstance
from .runner import AudioSource, Output, VideoSource
from .thread_runner import ThreadRunner


class HostRunner(ThreadRunner):
    def __init__(
        self,
        processor_class: type[Processor],
        spec: HostSpec,
        pool: HostPool,
        parameters: Mapping[str, Any],
        video: VideoSource | None,
        audio: AudioSource | None,
        output: Output,
    ) -> None:
        super().__init__(processor_class, spec.configuration, parameters, video, audio, output)
        self._spec = spec
        self._pool = pool

    def _make_instance(self) -> RunningInstance | None:
        if self._closing.is_set():
            return None
        return HostedInstance(
            self.processor_class, self._pool, self._spec, lambda: self._values, self._closing.is_set
        )

    def _let_go_of_load(self) -> None:
        """The instance has left its host when it was closed."""
