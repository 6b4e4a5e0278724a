"""The preflight check in the admin: what the site's own process can ask, now; and what the command found last."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .preflight import kept
from .preflight.address_checks import SiteAddress
from .preflight.site_checks import all_of_them

COMMAND = "manage.py preflight --url {url}"


@never_cache
@require_safe
def preflight(request: HttpRequest) -> HttpResponse:
    """No media here: web processes never load it, and a relay may take seconds to say nothing."""
    here = request.build_absolute_uri("/")
    context = {
        **admin.site.each_context(request),
        "title": _("Preflight check"),
        "command": COMMAND.format(url=here),
        "now": list(all_of_them(SiteAddress.of(here).is_local, knows_workers=True)),
        "last": kept.last(),
    }
    return render(request, "admin/rooms/preflight.html", context)
