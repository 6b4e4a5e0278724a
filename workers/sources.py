"""What a participant may send: a camera and a microphone, and a shared screen with its sound."""

from collections.abc import Mapping

KIND_OF = {"camera": "video", "microphone": "audio", "screen": "video", "screen_sound": "audio"}
# What a section sends of which the offer says nothing.
USUAL = {"video": "camera", "audio": "microphone"}
# Sound and picture that belong together: browsers play the streams of one group in step.
GROUP_OF = {"camera": "camera", "microphone": "camera", "screen": "screen", "screen_sound": "screen"}
# What the server composes of everybody, as if somebody sent it.
MIX = "mix"
MIXED_KIND_OF = {"mix": "video", "mix_sound": "audio"}
MIXED_GROUP_OF = {"mix": "mix", "mix_sound": "mix"}


def source_of(mid: str, kind: str, named: Mapping[str, str]) -> str:
    """Return what the section ``mid`` sends; raise ValueError with a sentence for the client's developer."""
    source = named.get(mid) or USUAL.get(kind, "")
    if source and KIND_OF.get(source) != kind:
        raise ValueError(f"A section of kind {kind} cannot send {source!r}; see sources in the protocol.")
    return source
