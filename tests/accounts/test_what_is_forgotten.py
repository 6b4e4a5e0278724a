from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation
from accounts.retention import forget_expired

pytestmark = pytest.mark.django_db


def expired(invitation: Invitation, days: float) -> None:
    invitation.expires_at = timezone.now() - timedelta(days=days)
    invitation.save()
    forget_expired()


def test_an_invitation_is_forgotten_some_days_after_it_expired(invitation: Invitation, settings) -> None:
    settings.SESSION_HISTORY_DAYS = 3
    expired(invitation, days=3.1)
    assert not Invitation.objects.exists()


def test_until_then_it_can_say_that_it_expired(invitation: Invitation, settings) -> None:
    settings.SESSION_HISTORY_DAYS = 3
    expired(invitation, days=2.9)
    assert Invitation.objects.exists()


def test_expired_sign_ins_are_forgotten_and_others_last(bobs_client: Client, alices_client: Client) -> None:
    key = bobs_client.session.session_key
    BrowserSession.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    forget_expired()
    assert bobs_client.get("/accounts/me/").status_code == 302
    assert alices_client.get("/accounts/me/").status_code == 200
    assert not BrowserSession.objects.filter(pk=key).exists()
