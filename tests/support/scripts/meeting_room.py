"""Make a room in a running site: ``meeting_room.py SLUG OWNER '{"access": "everyone"}'``; print its address."""

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model

from processors.models import Processor
from rooms.models import Room

slug, owner, values = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if "room_processor" in values:
    values["room_processor"] = Processor.objects.get(slug=values["room_processor"])
room, _ = Room.objects.update_or_create(
    slug=slug,
    defaults={
        "title": slug.capitalize(),
        "owner": get_user_model().objects.get(username=owner),
        "access": Room.Access.EVERYONE,
        "participant_limit": 8,
        **values,
    },
)
print(json.dumps(room.get_absolute_url()))
