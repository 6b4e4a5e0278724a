"""``manage.py turnconfig --out /etc/turnserver.conf``: what coturn needs to be this site's relay."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.turnserver import Place, rendered


class Command(BaseCommand):
    help = (
        "Writes the configuration of coturn, the relay (TURN), from the settings TURN_*: strict, so that the relay "
        "reaches the media workers and nothing else (docs/deployment.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--out", type=Path, help="the file to write; it holds the secret (default: print)"
        )
        parser.add_argument("--port", type=int, default=0, help="for turn: (default: that of TURN_URLS)")
        parser.add_argument("--tls-port", type=int, default=0, help="for turns: (default: that of TURN_URLS)")
        parser.add_argument(
            "--listen",
            action="append",
            default=[],
            help="an address to listen at, several times (default: all)",
        )

    def handle(self, *arguments: Any, **options: Any) -> None:
        place = Place(options["port"], options["tls_port"], tuple(options["listen"]))
        try:
            text = rendered(place)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        if options["out"]:
            write_secretly(options["out"], text)
        else:
            self.stdout.write(text)


def write_secretly(path: Path, text: str) -> None:
    """For the owner's eyes only, from the first moment on."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
