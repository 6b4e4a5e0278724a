"""``manage.py runmediaworker --processes 2``: media workers of a team, under one supervisor."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workers.supervisor import WorkerSupervisor


class Command(BaseCommand):
    help = "Run media workers as processes of their own, for a site with REDIS_URL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes", type=int, default=1, help="how many; one for each core is a good start"
        )

    def handle(self, *arguments: Any, processes: int, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError(
                "Without REDIS_URL the site runs its media worker by itself: start `manage.py serve` only. "
                "For workers of their own set for example REDIS_URL=redis://127.0.0.1:6379/0 for all processes."
            )
        if processes < 1:
            raise CommandError("--processes must be 1 or more.")
        supervisor = WorkerSupervisor(processes)
        # SIGTERM comes from whoever runs the service: sessions may finish. Ctrl-C wants an end now.
        signal.signal(signal.SIGTERM, lambda *_signal: supervisor.stop(settings.DRAIN_SECONDS))
        signal.signal(signal.SIGINT, lambda *_signal: supervisor.stop(0))
        self.stdout.write(
            f"{processes} media worker process{'es' if processes > 1 else ''} for {settings.SITE_NAME}."
        )
        supervisor.run()
