"""``manage.py serve``: the whole site in one command. Without REDIS_URL the media worker runs in here too."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.address import Address, AddressBusy
from config.preparation import prepare
from processors.model_store import install_at_start


class Command(BaseCommand):
    help = (
        "Run the site: prepares database and files, then serves pages, signalling and (without Redis) media."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--workers", type=int, default=0, help="with REDIS_URL: also run so many media worker processes"
        )

    def handle(self, *arguments: Any, workers: int, **options: Any) -> None:
        if workers and settings.EMBEDDED:
            raise CommandError("--workers needs REDIS_URL; without it one media worker runs in this process.")
        address = Address.from_settings()
        try:
            address.check_free()
        except AddressBusy as error:
            raise CommandError(str(error)) from error
        welcome_guests()
        address.allow_hosts()
        prepare(self.say)
        install_at_start.begin(self.say)
        self._serve(address, workers)

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _serve(self, address: Address, workers: int) -> None:
        # Imported late: Twisted installs its reactor with it.
        from config.site_process import SiteProcess

        site = SiteProcess(address, workers, ready=lambda: self._announce(address))
        failure = site.run()
        if failure:
            raise CommandError(f"The site could not listen on {address.host}:{address.port}: {failure}")

    def _announce(self, address: Address) -> None:
        self.say(f"{settings.SITE_NAME} {settings.SHOWROOM_VERSION} is at {address.url}")
        for line in address.advice():
            self.say(line)
        self.say("Press Ctrl-C to end it.")


def welcome_guests() -> None:
    """On one's own machine nobody wants to sign in first; who set GUESTS_ALLOWED has decided."""
    decided = {"GUESTS_ALLOWED", "GUESTS_ALLOWED_FILE"} & set(os.environ)
    if settings.EMBEDDED and not decided:
        settings.GUESTS_ALLOWED = True
