"""Where models run: the execution providers that the host asked for, as far as they are there."""

import os
from collections.abc import Sequence

SETTING = "ONNX_PROVIDERS"
VARIABLE = f"SHOWROOM_{SETTING}"
PROCESSOR = "CPUExecutionProvider"


def wanted() -> list[str]:
    """In the order of preference; the processor of the machine always comes last."""
    names = [name.strip() for name in os.environ.get(VARIABLE, "").split(",")]
    return [name for name in names if name and name != PROCESSOR] + [PROCESSOR]


def usable(available: Sequence[str]) -> list[str]:
    return [name for name in wanted() if name in available]


def notice(used: Sequence[str]) -> str:
    """A sentence for the host if a model runs elsewhere than asked for; empty if all is as wanted."""
    missing = [name for name in wanted() if name not in used]
    if not missing:
        return ""
    return (
        f"{', '.join(missing)} cannot be used here, so the model runs on {used[0] if used else PROCESSOR}. "
        "Install the onnxruntime package for it and let processor hosts reach its devices (HOST_ISOLATION, "
        f"HOST_MEMORY_BYTES; see docs/models.md), or change {SETTING}."
    )
