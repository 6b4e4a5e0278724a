"""“My recordings”: what one person has recorded, to play, keep or delete. Not even staff see those of others."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import BinaryIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.account_view import signed_in

from .recording import Recording, collect

CHUNK_BYTES = 256 * 1024
# One range, as players ask for it.
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@login_required
@never_cache
@require_safe
def recordings(request: HttpRequest) -> HttpResponse:
    collect()
    mine = Recording.objects.filter(owner=signed_in(request)).select_related("room")
    return render(request, "rooms/recordings.html", {"recordings": mine})


@login_required
@never_cache
@require_safe
def film(request: HttpRequest, key: int) -> HttpResponseBase:
    """The file, or the part of it that a player asks for."""
    recording = mine_or_404(request, key)
    try:
        size = recording.path.stat().st_size
        file = recording.path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    begin, end = wanted_range(request.headers.get("Range", ""), size)
    if begin >= size:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    is_part = (begin, end) != (0, size - 1)
    answer = StreamingHttpResponse(
        chunks(file, begin, end), status=206 if is_part else 200, content_type="video/webm"
    )
    answer["Content-Length"] = str(end - begin + 1)
    answer["Accept-Ranges"] = "bytes"
    if is_part:
        answer["Content-Range"] = f"bytes {begin}-{end}/{size}"
    kind = "attachment" if "download" in request.GET else "inline"
    answer["Content-Disposition"] = f'{kind}; filename="{recording.download_name}"'
    return answer


@login_required
@require_POST
def delete(request: HttpRequest, key: int) -> HttpResponse:
    mine_or_404(request, key).delete()
    messages.success(request, _("The recording is deleted."))
    return redirect("recordings")


def mine_or_404(request: HttpRequest, key: int) -> Recording:
    """What belongs to others does not exist here."""
    return get_object_or_404(Recording, pk=key, owner=signed_in(request))


def wanted_range(header: str, size: int) -> tuple[int, int]:
    """First and last byte; what cannot be read as one range is the whole file."""
    found = RANGE.fullmatch(header.strip())
    if not found:
        return 0, size - 1
    begin = int(found[1])
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    return (begin, end) if begin <= end or begin >= size else (0, size - 1)


async def chunks(file: BinaryIO, begin: int, end: int) -> AsyncIterator[bytes]:
    """Read in threads: a film is never in memory as a whole, and a slow disk stops nobody."""
    with file:
        await asyncio.to_thread(file.seek, begin)
        left = end - begin + 1
        while left > 0 and (chunk := await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk
