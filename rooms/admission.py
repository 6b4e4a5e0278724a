"""May this visitor start that processor now, and what does it start with? Asked for every session by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from processors import access, catalogue, files
from processors.exceptions import NotInstalled, ProcessorUnavailable
from processors.models import Processor
from processors.parameters import clean_parameters
from workers.registry import Claim, Lease, Registry, RegistryError

from . import check_session
from .database import in_database_thread
from .errors import Malformed, SignallingError
from .identity import Identity
from .room import Room


@dataclass(frozen=True)
class Admitted:
    """A processor the visitor may use, with the manifest for the page."""

    processor: Processor
    # None while nothing is worn in a room.
    manifest: dict[str, Any] | None


@dataclass(frozen=True)
class StartValues:
    """Parameters as the worker gets them, as the page gets them back, and what did not fit."""

    for_worker: dict[str, Any]
    accepted: dict[str, Any]
    errors: dict[str, str]


@in_database_thread
def admit(identity: Identity, slug: str, room: Room | None = None) -> Admitted:
    """In a room of the database ``room`` says what may be worn there, and "" stands for nothing."""
    if not slug:
        return nothing_worn(room)
    try:
        processor = wanted(identity, slug)
        if room:
            check_is_worn_in(room, processor)
        return Admitted(processor, startable(processor.manifest()))
    except access.ProcessorNotFound as refusal:
        raise SignallingError("not_found", refusal.message) from None
    except access.AccessRefused as refusal:
        raise SignallingError(refusal.code, refusal.message, close_code=refusal.close_code) from None
    except NotInstalled:
        raise SignallingError("not_installed") from None
    except ProcessorUnavailable:
        raise SignallingError("processor_unavailable") from None


def nothing_worn(room: Room | None) -> Admitted:
    """Pictures and sound as they come: workers know the row without a key, and no visitor's gallery has it."""
    if room is None:
        raise Malformed("bad_message")
    return Admitted(Processor(slug="", key="", title="", version=0), None)


def check_is_worn_in(room: Room, processor: Processor) -> None:
    allowed = set(room.processors.values_list("pk", flat=True))
    if allowed and processor.pk not in allowed:
        raise SignallingError(
            "not_allowed", _("This processor is not worn in this room. Choose another one.")
        )


def wanted(identity: Identity, slug: str) -> Processor:
    if slug != check_session.SLUG:
        return access.get_for(identity.user, slug)
    access.check_site(identity.user)
    return check_session.check_processor()


def startable(manifest: dict[str, Any]) -> dict[str, Any]:
    if not manifest["installed"]:
        raise NotInstalled(manifest["label"])
    return manifest


@in_database_thread
def start_values(identity: Identity, processor: Processor, chosen: Mapping[str, Any]) -> StartValues:
    """The row's defaults with the visitor's choices over them."""
    if not processor.key:
        return StartValues({}, {}, {})
    resolved, missing = files.starting_values(processor, chosen, identity.file_owner)
    return checked(processor, {**processor.parameters, **chosen}, resolved, missing)


@in_database_thread
def changed_values(identity: Identity, processor: Processor, chosen: Mapping[str, Any]) -> StartValues:
    if not processor.key:
        return StartValues({}, {}, {})
    resolved, missing = files.resolve(chosen, identity.file_owner, processor)
    return checked(processor, chosen, resolved, missing)


def checked(
    processor: Processor, chosen: Mapping[str, Any], resolved: dict[str, Any], missing: dict[str, str]
) -> StartValues:
    """File contents go to the worker as they were sent, and never back to the page."""
    cls = catalogue.load_class(processor.key, processor.configuration)
    accepted, errors = clean_parameters(cls, resolved)
    is_file = {name for name, value in resolved.items() if isinstance(value, dict)}
    return StartValues(
        for_worker={name: resolved[name] if name in is_file else value for name, value in accepted.items()},
        accepted={name: chosen[name] if name in is_file else value for name, value in accepted.items()},
        errors=errors | missing,
    )


async def place(registry: Registry, claim: Claim) -> Lease:
    try:
        return await registry.place(claim)
    except RegistryError as error:
        raise SignallingError(error.code, retry_after=error.retry_after_seconds) from error
