"""Recordings whose worker ended without a word: what was written is made whole, or deleted if nothing can be read."""

import fcntl
import logging
import os
from pathlib import Path

import av

from .recording_options import FACTS, FINISHED, UNFINISHED, RecordingOptions, read_facts, write_facts

logger = logging.getLogger(__name__)

MENDED = ".mended"


def repair(options: RecordingOptions) -> None:
    """Runs in a thread at a worker's start; files that another worker is writing are left alone."""
    options.make_folder()
    for unfinished in options.folder.glob(f"*{UNFINISHED}"):
        try:
            descriptor = os.open(unfinished, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            repair_one(unfinished)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)


def repair_one(unfinished: Path) -> None:
    facts, mended = unfinished.with_suffix(FACTS), unfinished.with_suffix(MENDED)
    about = read_facts(facts)
    try:
        seconds = copy_packets(unfinished, mended) if about else 0.0
    except (OSError, av.FFmpegError) as error:
        logger.warning("The recording %s cannot be read any more: %s", unfinished.stem, error)
        seconds = 0.0
    if seconds:
        write_facts(facts, {**about, "seconds": round(seconds, 1), "bytes": mended.stat().st_size})
        mended.replace(unfinished.with_suffix(FINISHED))
        logger.info("The recording %s is made whole: %.0f s", unfinished.stem, seconds)
    else:
        mended.unlink(missing_ok=True)
        facts.unlink(missing_ok=True)
    unfinished.unlink(missing_ok=True)


def copy_packets(source: Path, target: Path) -> float:
    """Write what can be read anew, with an index; return its seconds."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    end = 0.0
    with av.open(str(source), format="matroska") as old, av.open(str(target), "w", format="webm") as new:
        tracks = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.dts is None or packet.time_base is None or packet.pts is None:
                continue
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            packet.stream = tracks[packet.stream.index]
            new.mux(packet)
    return end
