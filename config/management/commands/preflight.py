"""``manage.py preflight --url https://showroom.example.org/``: can this site serve visitors, and if not, what to do."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.address import Address
from config.addresses import is_loopback
from rooms.preflight.address_checks import SiteAddress
from rooms.preflight.findings import Finding, is_red
from rooms.preflight.kept import Result, keep

MOST_SOAK_SECONDS = 3600


class Command(BaseCommand):
    help = (
        "Asks for everything that a visitor needs, from settings to media over each relay: green, amber or red with "
        "the fix. Ends with status 1 if something is red (docs/operations.md)."
    )
    # They are among the questions.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url", default="", help="where visitors find the site (default: by the settings)"
        )
        parser.add_argument(
            "--soak",
            type=float,
            default=0,
            metavar="SECONDS",
            help="stay on each way so long and count lost packets",
        )
        parser.add_argument(
            "--account",
            default="",
            help="visit as this account (default: as a guest; else as an owner of the site)",
        )
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *arguments: Any, **options: Any) -> None:
        # Imported late: this is media code.
        from rooms.preflight.everything import Preflight

        soak_seconds = options["soak"]
        if not 0 <= soak_seconds <= MOST_SOAK_SECONDS:
            raise CommandError(f"--soak takes 0 to {MOST_SOAK_SECONDS} seconds.")
        address = address_or_error(options["url"] or public_url())
        hear = (lambda finding: None) if options["json"] else self.say
        preflight = Preflight(address, hear, options["account"], soak_seconds)
        preflight.run()
        result = Result(f"{address.origin}/", timezone.now(), tuple(preflight.findings))
        if options["json"]:
            self.stdout.write(as_json(result))
        self.keep(result)
        if is_red(result.findings):
            sys.exit(1)

    def say(self, finding: Finding) -> None:
        colours = {"green": self.style.SUCCESS, "amber": self.style.WARNING, "red": self.style.ERROR}
        mark = colours.get(finding.state, str)(f"{finding.mark} {finding.state_word}:")
        subject = f" ({finding.subject})" if finding.subject else ""
        self.stdout.write(f"{mark} {finding.question}{subject} {finding.said}")
        if finding.fix:
            self.stdout.write(f"    → {finding.fix}")
        self.stdout.flush()

    def keep(self, result: Result) -> None:
        try:
            keep(result)
        except OSError as error:
            self.stderr.write(f"The admin will not show this result: {error}")


def address_or_error(url: str) -> SiteAddress:
    try:
        return SiteAddress.of(url)
    except ValueError as error:
        raise CommandError(str(error)) from None


def public_url() -> str:
    """Behind a proxy visitors use the first real name of ALLOWED_HOSTS."""
    names = [name for name in settings.ALLOWED_HOSTS if name[0] not in ".*" and not is_loopback(name)]
    if settings.HTTPS and settings.ALLAUTH_TRUSTED_PROXY_COUNT and names:
        return f"https://{names[0]}/"
    return Address.from_settings().url


def as_json(result: Result) -> str:
    states = {finding.state for finding in result.findings}
    worst = next((state for state in ("red", "amber") if state in states), "green")
    told = {"url": result.url, "made": result.made.isoformat(), "state": worst}
    return json.dumps({**told, "findings": [finding.as_json() for finding in result.findings]}, indent=2)
