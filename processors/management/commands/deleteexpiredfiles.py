from typing import Any

from django.core.management.base import BaseCommand

from processors.files import delete_expired


class Command(BaseCommand):
    help = "Deletes parameter files of visitors that are more than a day old."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Deleted: {delete_expired()}")
