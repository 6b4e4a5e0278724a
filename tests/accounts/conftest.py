from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, User


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Nobody throttled by an earlier test."""
    cache.clear()


@pytest.fixture
def invitation(alice: User) -> Invitation:
    return Invitation.objects.create(created_by=alice, expires_at=timezone.now() + timedelta(days=1))


@pytest.fixture
def alices_client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def bobs_client(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client
