"""Everything the studio's template and scripts need to know about one processor."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from processors.models import Processor
from processors.translation import translated

from .cards import manifest_or_none
from .ice import relay_ways
from .privacy_card import privacy_card
from .shared_values import shared_values


def studio_page(request: HttpRequest, row: Processor, others: Any) -> dict[str, Any]:
    manifest = manifest_or_none(row)
    lacks_model = manifest is not None and not manifest["installed"]
    if lacks_model:
        manifest = None
    return {
        "install_url": install_url(request, row) if lacks_model else "",
        "row": row,
        "title": translated(row.title),
        "description": manifest["description"] if manifest else translated(row.description),
        "manifest": manifest,
        "controls": controls(manifest, request) if manifest else [],
        "views": [view | {"name": name} for name, view in manifest["results"].items()] if manifest else [],
        "privacy": privacy_card(manifest["privacy"]) if manifest else [],
        "still": row.still_url,
        "promise": promise(manifest) if manifest else "",
        "others": [(other.slug, translated(other.title)) for other in others],
        "embed": request.GET.get("embed") == "1",
        "relay_ways": relay_ways(),
        "config": script_config(request, row, manifest),
    }


def install_url(request: HttpRequest, row: Processor) -> str:
    """Where somebody who may do so gives this processor its model."""
    if not request.user.has_perms(("processors.view_modelfile", "processors.change_processor")):
        return ""
    return f"{reverse('admin:processors_modelfile_known')}?for={row.key}"


def script_config(request: HttpRequest, row: Processor, manifest: dict[str, Any] | None) -> dict[str, Any]:
    """What studio.js reads instead of guessing: no address and no limit is written twice."""
    return {
        "slug": row.slug,
        "manifest": manifest,
        "csrf": get_token(request),
        "urls": {
            "socket": "/ws/",
            "state": f"/api/processors/{row.slug}/",
            "ready": "/readyz",
            "files": f"{row.get_absolute_url()}files/",
            "sample": static("sample/scene.webp"),
            "code": reverse("share_code", args=[row.slug]),
        },
        "file_bytes": settings.PARAMETER_FILE_BYTES,
        "resume_seconds": settings.RESUME_WINDOW_SECONDS,
    }


def controls(manifest: dict[str, Any], request: HttpRequest) -> list[dict[str, Any]]:
    """Each parameter with the value it starts with: from the shared link, else the default."""
    start = manifest["defaults"] | shared_values(manifest["parameters"], request.GET)
    return [
        parameter
        | {"value": start[parameter["name"]], "template": f"rooms/parameters/{parameter['type']}.html"}
        for parameter in manifest["parameters"]
    ]


def promise(manifest: dict[str, Any]) -> str:
    """The one sentence under Start: what will happen to the visitor's picture and sound."""
    if manifest["privacy"]["sends_elsewhere"]:
        return str(manifest["privacy"]["sends_elsewhere"])
    takes = set(manifest["takes"])
    if takes == {"video", "audio"}:
        return _(
            "Your camera and microphone go to this server, are processed in memory, and come back. Nothing is kept."
        )
    if takes == {"audio"}:
        return _(
            "Your microphone goes to this server, is processed in memory, and comes back. Nothing is kept."
        )
    if takes == {"video"}:
        return _("Your camera goes to this server, is processed in memory, and comes back. Nothing is kept.")
    return _("This server makes the picture. Your camera and microphone stay off.")
