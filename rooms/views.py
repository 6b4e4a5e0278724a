"""Gallery and studio. Who may see what is decided in processors.access."""

from io import BytesIO
from typing import Any

import segno
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from accounts.embedding import embeddable
from processors import access, guest_cookie
from processors.models import Processor
from processors.visibility import is_guest

from .cards import cards, tag_pills
from .studio_page import studio_page

SHARE_QUERY_CHARACTERS = 1500  # longer addresses make codes that phones cannot read


@require_safe
def gallery(request: HttpRequest) -> HttpResponseBase:
    try:
        access.check_site(request.user)
    except access.SignInRequired:
        return redirect_to_login(request.get_full_path())
    return render(request, "rooms/gallery.html", gallery_context(request))


def gallery_context(request: HttpRequest) -> dict[str, Any]:
    search, tag = request.GET.get("q", "").strip(), request.GET.get("tag", "").strip()
    wall = Processor.objects.for_gallery(request.user)
    found = wall.search(search) if search else wall
    found = found.tagged(tag) if tag else found
    shown = cards(found)
    return {
        "cards": shown,
        "first_try": first_try(shown) if not (search or tag) else None,
        "tags": tag_pills(wall),
        "search": search,
        "tag": tag,
        "empty": not wall.exists(),
    }


def first_try(shown: list[Any]) -> Any:
    return next((card for card in shown if card.works_with_sample), None)


@require_safe
@ensure_csrf_cookie
@embeddable
def studio(request: HttpRequest, slug: str) -> HttpResponseBase:
    try:
        row = access.get_for(request.user, slug)
    except access.SignInRequired:
        return redirect_to_login(request.get_full_path())
    except access.AccessRefused as refusal:
        raise as_http(refusal) from None
    others = Processor.objects.for_gallery(request.user)
    page = render(request, "rooms/studio.html", studio_page(request, row, others))
    if is_guest(request.user):
        # The page's socket must belong to the same guest as a file that is sent later.
        guest_cookie.give(page, guest_cookie.ensure(request))
    return page


@require_safe
@cache_control(private=True, max_age=3600)
def share_code(request: HttpRequest, slug: str) -> HttpResponse:
    """The studio's address, with the parameters in the query, as a QR code."""
    row = row_or_refusal(request, slug)
    query = request.GET.urlencode()
    if len(query) > SHARE_QUERY_CHARACTERS:
        return HttpResponse("This link is too long for a code.", status=414, content_type="text/plain")
    address = request.build_absolute_uri(row.get_absolute_url()) + (f"?{query}" if query else "")
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=4, border=2, light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@require_safe
@cache_control(private=True, max_age=3600)
def still(request: HttpRequest, slug: str) -> HttpResponse:
    """The card's picture: what this processor makes of our own sample picture."""
    # OpenCV and the processor's class are loaded for this only, not for every page.
    from .stills import still_of

    picture = still_of(row_or_refusal(request, slug))
    if picture is None:
        return HttpResponse(status=204)
    return HttpResponse(picture, content_type="image/webp")


def row_or_refusal(request: HttpRequest, slug: str) -> Processor:
    try:
        return access.get_for(request.user, slug)
    except access.AccessRefused as refusal:
        raise as_http(refusal) from None


def as_http(refusal: access.AccessRefused) -> Exception:
    return Http404(refusal.message) if refusal.status == 404 else PermissionDenied(refusal.message)
