"""Fetches one file whose size and SHA-256 are known, and goes on where an earlier attempt was cut off."""

import contextlib
import errno
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from processors.model_files import READ_BYTES, sha256_of

from .known import KnownModel

CONNECT_SECONDS = 20
ATTEMPTS = 5
# Room for the site itself: its database writes to the same disk.
SPARE_BYTES = 16 * 1024 * 1024
PARTIAL_CONTENT = 206

OnProgress = Callable[[int, int], None]


class InstallFailed(Exception):
    """InstallFailed
    ├── InstallRuns     somebody else does it right now
    ├── ConnectionCut   the rest may come with the next attempt; what is here is kept
    ├── WrongContent    not the file that was asked for; nothing is kept
    └── NoRoom          the disk is full
    """


class InstallRuns(InstallFailed):
    pass


class ConnectionCut(InstallFailed):
    pass


class WrongContent(InstallFailed):
    pass


class NoRoom(InstallFailed):
    pass


def fetch(model: KnownModel, part: Path, base_url: str = "", on_progress: OnProgress | None = None) -> Path:
    """Return ``part``, whole and proved. What came before a cut stays in it for the next attempt."""
    progress = on_progress or (lambda _done, _total: None)
    resumed = size_of(part) > 0
    try:
        return fetch_and_prove(model, part, base_url, progress)
    except WrongContent:
        # What an earlier attempt left may have been the wrong part: once more, from the start.
        if not resumed:
            raise
        return fetch_and_prove(model, part, base_url, progress)


def fetch_and_prove(model: KnownModel, part: Path, base_url: str, progress: OnProgress) -> Path:
    check_room(part.parent, model.bytes - size_of(part))
    for attempt in range(1, ATTEMPTS + 1):
        before = size_of(part)
        try:
            fetch_rest(model, part, base_url, progress)
            break
        except ConnectionCut:
            # A server that sends nothing more is not asked again and again.
            if attempt == ATTEMPTS or size_of(part) == before:
                raise
    prove(model, part)
    return part


def copy(model: KnownModel, source: Path, part: Path) -> Path:
    """The same from a file that somebody carried here."""
    if not source.is_file():
        raise InstallFailed(f"There is no file {source}.")
    check_room(part.parent, source.stat().st_size)
    with room_kept(part, keep=False):
        shutil.copyfile(source, part)
    prove(model, part)
    return part


def fetch_rest(model: KnownModel, part: Path, base_url: str, progress: OnProgress) -> None:
    done = size_of(part)
    if done >= model.bytes:
        return
    with opened(model.address(base_url), done) as answer:
        if done and not continues(answer, done):
            # This server sends everything from the start, whatever it is asked.
            done = 0
        check_announced(model, answer, done)
        with room_kept(part, keep=True), part.open("r+b" if done else "wb") as file:
            file.seek(done)
            for piece in pieces(answer):
                done += len(piece)
                if done > model.bytes:
                    raise wrong(model, part, f"it is longer than {model.bytes} bytes")
                file.write(piece)
                progress(done, model.bytes)
    if done < model.bytes:
        raise ConnectionCut(
            f"The connection was cut after {done} of {model.bytes} bytes. Run it again to go on."
        )


def continues(answer: Any, start: int) -> bool:
    announced = str(answer.headers.get("Content-Range") or "")
    return answer.status == PARTIAL_CONTENT and announced.startswith(f"bytes {start}-")


def pieces(answer: Any) -> Iterator[bytes]:
    """A connection that is cut ends like a file that is short: the caller counts."""
    try:
        while piece := answer.read1(READ_BYTES):
            yield piece
    except (http.client.HTTPException, OSError):
        return


@contextlib.contextmanager
def opened(address: str, start: int) -> Iterator[Any]:
    request = urllib.request.Request(address, headers={"User-Agent": "Showroom"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        answer = urllib.request.urlopen(request, timeout=CONNECT_SECONDS)
    except urllib.error.HTTPError as error:
        raise InstallFailed(f"{address} answered {error.code} {error.reason}.") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise InstallFailed(f"{address} cannot be reached: {reason}") from error
    with answer:
        yield answer


def check_announced(model: KnownModel, answer: Any, start: int) -> None:
    """A page that says "not found" with status 200 is noticed before it is stored."""
    announced = answer.headers.get("Content-Length")
    if announced is not None and int(announced) + start != model.bytes:
        raise WrongContent(
            f"The file at {answer.url} has {int(announced) + start} bytes and not {model.bytes}: it is not "
            f"the model {model.name}."
        )


def prove(model: KnownModel, part: Path) -> None:
    if size_of(part) != model.bytes:
        raise wrong(model, part, f"it has {size_of(part)} bytes and not {model.bytes}")
    if sha256_of(part) != model.sha256:
        raise wrong(model, part, f"its SHA-256 is not {model.sha256}")


def wrong(model: KnownModel, part: Path, reason: str) -> WrongContent:
    part.unlink(missing_ok=True)
    return WrongContent(f"The file is not the model {model.name}: {reason}. It was not kept.")


def check_room(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + min(SPARE_BYTES, needed_bytes):
        raise NoRoom(
            f"There is no room in {folder}: {needed_bytes / 1e6:.1f} MB are needed, {free / 1e6:.1f} MB are free."
        )


@contextlib.contextmanager
def room_kept(part: Path, keep: bool) -> Iterator[None]:
    """A disk that fills up meanwhile: give the room back unless the rest can follow."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        if not keep:
            part.unlink(missing_ok=True)
        kept = " What has arrived is kept; make room and run it again." if keep else ""
        raise NoRoom(f"The disk of {part.parent} is full.{kept}") from error


def size_of(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


__all__ = ["ConnectionCut", "InstallFailed", "InstallRuns", "NoRoom", "WrongContent", "copy", "fetch"]
