"""What a preflight check may leave in the database, counted; printed as JSON."""

import json

import django

django.setup()

from django.contrib.sessions.models import Session as SignIn

from rooms.models import Session

checks = Session.objects.filter(processor_slug="connection-check")
found = {
    "sign_ins": SignIn.objects.count(),
    "open_sessions": checks.filter(ended=None).count(),
    "checks_of_bob": checks.filter(user__username="bob").count(),
}
print(json.dumps(found))
