from typing import Any

from django.core.management.base import BaseCommand

from processors.sync import sync_builtins


class Command(BaseCommand):
    help = "Adds a catalogue row for each built-in processor that has none yet."

    def handle(self, *args: Any, **options: Any) -> None:
        new = sync_builtins()
        for processor in new:
            self.stdout.write(f"New in the catalogue: {processor.title} at /p/{processor.slug}/")
        if not new and options["verbosity"] > 1:
            self.stdout.write("Every built-in is in the catalogue.")
