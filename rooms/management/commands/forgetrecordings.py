"""For sites that run it by a timer of their own; the site itself does the same at its start and every day."""

from django.core.management.base import BaseCommand

from rooms import recording


class Command(BaseCommand):
    help = "Delete recordings past RECORDING_RETENTION_DAYS, and what belongs to none."

    def handle(self, **options: object) -> None:
        before = recording.Recording.objects.count()
        recording.forget_old()
        after = recording.Recording.objects.count()
        self.stdout.write(f"{max(0, before - after)} recordings are deleted, {after} are kept.")
