"""What a worker has been asked lately and what it answered: a repeated request does nothing twice."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

# Longer than any requester keeps repeating; fewer than a flood could make.
REMEMBERED_SECONDS = 60.0
REMEMBERED_REQUESTS = 1000


@dataclass
class AnsweredRequest:
    asked_at: float = field(default_factory=time.monotonic)
    answer: dict[str, Any] | None = None


class AnsweredRequests:
    def __init__(self) -> None:
        self._requests: OrderedDict[str, AnsweredRequest] = OrderedDict()

    def is_new(self, request_id: str) -> bool:
        """Whether this id comes for the first time; from now on it is known."""
        self._forget_old()
        if request_id in self._requests:
            return False
        self._requests[request_id] = AnsweredRequest()
        return True

    def remember(self, request_id: str, answer: dict[str, Any]) -> None:
        if request_id in self._requests:
            self._requests[request_id].answer = answer

    def answer(self, request_id: str) -> dict[str, Any] | None:
        """The answer given, or None while the request is still being worked on."""
        request = self._requests.get(request_id)
        return request.answer if request else None

    def _forget_old(self) -> None:
        horizon = time.monotonic() - REMEMBERED_SECONDS
        while self._requests and (len(self._requests) >= REMEMBERED_REQUESTS or self._oldest() < horizon):
            self._requests.popitem(last=False)

    def _oldest(self) -> float:
        return next(iter(self._requests.values())).asked_at
