"""``{% icon "camera" %}``: one Lucide icon out of the vendored sprite."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a decorative icon; the words beside it, or an ``aria-label`` around it, carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("vendor/lucide/sprite.svg"),
        name,
    )
