"""What a visitor sees while a processor starts, works, fails or hangs: a policy without side effects."""

from dataclasses import dataclass
from enum import StrEnum

from processors.runner import RunnerState

# A processor that is ready this soon shows its result at once; a slower one lets the input pass meanwhile.
STARTING_PATIENCE_SECONDS = 0.3
# After an error or without a result the last picture stays this long.
HOLD_SECONDS = 1.0
# A processor that always needs this many times as long as its usual call has not stopped: it is slow.
SLOW_FACTOR = 3.0


class Showing(StrEnum):
    RESULT = "result"
    INPUT = "input"
    PLACEHOLDER = "placeholder"
    # The last picture stays.
    HELD = "held"


@dataclass(frozen=True)
class Situation:
    """What the policy looks at; times in seconds."""

    state: RunnerState
    never_passthrough: bool
    has_result: bool
    since_opened: float
    since_result: float
    usual_call: float


def what_to_show(situation: Situation) -> Showing:
    """Never the input for a processor that hides it; the result while it comes; else the input, after a moment."""
    if situation.has_result and is_fresh(situation):
        return Showing.RESULT
    if situation.never_passthrough:
        return Showing.PLACEHOLDER
    if not situation.has_result and is_just_opened(situation):
        return Showing.HELD
    return Showing.INPUT


def is_fresh(situation: Situation) -> bool:
    """Whether a result came not long ago, measured by how long this processor usually takes."""
    if situation.state is RunnerState.STOPPED:
        return situation.since_result < HOLD_SECONDS
    return situation.since_result < max(HOLD_SECONDS, SLOW_FACTOR * situation.usual_call)


def is_just_opened(situation: Situation) -> bool:
    starting = situation.state in {RunnerState.STARTING, RunnerState.RUNNING}
    return starting and situation.since_opened < STARTING_PATIENCE_SECONDS
