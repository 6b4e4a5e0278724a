"""configure_rows.py JSON: give rows of a site, by slug, what they run and with which configuration; print how many."""

import json
import sys

import django

django.setup()

from processors.models import Processor

rows = json.loads(sys.argv[1])
for slug, values in rows.items():
    row = Processor.objects.filter(slug=slug).first() or Processor(
        slug=slug, title=slug, visibility="everyone"
    )
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
print(json.dumps(len(rows)))
