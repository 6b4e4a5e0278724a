"""Make Alice (owner), Bob (member) and Charlie (stranger) in a running site; print their sessions."""

import importlib
import json

import django

django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model

User = get_user_model()
SessionStore = importlib.import_module(settings.SESSION_ENGINE).SessionStore


def signed_in(user: object) -> dict[str, str]:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"session": session.session_key, "password": user.username * 3}


def make(name: str, **rights: bool) -> dict[str, str]:
    user, _ = User.objects.get_or_create(username=name, defaults={"email": f"{name}@example.org", **rights})
    user.set_password(name * 3)
    user.save()
    return signed_in(user)


people = {
    "alice": make("alice", is_staff=True, is_superuser=True),
    "bob": make("bob"),
    "charlie": make("charlie"),
}
print(json.dumps(people))
