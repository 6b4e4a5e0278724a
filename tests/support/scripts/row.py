"""row.py SLUG FIELD=VALUE...: make or change one catalogue row of a running site; print its SPEC."""

import json
import sys

import django

django.setup()

from processors.models import Processor

slug, *settings = sys.argv[1:]
values = dict(setting.split("=", 1) for setting in settings)
row, _ = Processor.objects.update_or_create(slug=slug, defaults=values)
print(json.dumps(row.spec()))
