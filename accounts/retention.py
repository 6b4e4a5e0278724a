"""What this app forgets by itself. The privacy page says so, and the site's regular sweep calls it."""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session as BrowserSession
from django.utils import timezone

from .invitation import Invitation


def forget_expired() -> None:
    now = timezone.now()
    BrowserSession.objects.filter(expire_date__lt=now).delete()
    Invitation.objects.filter(expires_at__lt=now - timedelta(days=settings.SESSION_HISTORY_DAYS)).delete()
