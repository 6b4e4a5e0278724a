"""What every template may name."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_VERSION": settings.SHOWROOM_VERSION,
        "HOST_NAME": settings.HOST_NAME,
        "CONTACT": settings.CONTACT,
        "GUESTS_ALLOWED": settings.GUESTS_ALLOWED,
        "SSO_NAME": settings.SSO_OIDC_NAME if settings.SSO_OIDC_SERVER_URL else "",
    }
