"""``manage.py processors list|check|new|try``: for those who write processors."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from processors import catalogue
from processors.exceptions import ProcessorError
from processors.packages import checker, listing, showing, template
from processors.packages.names import NameRefused
from processors.packages.trial import Trial
from processors.row_lookup import Found, find
from processors.sandbox import Limits


class Command(BaseCommand):
    help = "Lists, checks, makes and tries processors, on a laptop as on the site."
    # It must run where there is no site yet.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", metavar="COMMAND", required=True)
        self._list_arguments(commands.add_parser("list", help="name all processors and where they come from"))
        self._check_arguments(commands.add_parser("check", help="find out whether visitors may meet them"))
        self._new_arguments(commands.add_parser("new", help="write a package with a processor to begin with"))
        self._try_arguments(commands.add_parser("try", help="run one on a camera, a clip or a photo"))

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"list": self._list, "check": self._check, "new": self._new, "try": self._try}
        try:
            actions[options["what"]](options)
        except (ProcessorError, NameRefused, template.FolderInTheWay) as error:
            raise CommandError(str(error)) from error

    def _list_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def _check_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("keys", nargs="*", metavar="KEY", help="default: all of installed packages")
        parser.add_argument("--all", action="store_true", help="the built-in ones as well")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--no-sandbox",
            action="store_true",
            help="let their code do all that you may do; on a laptop, for code that you trust",
        )
        parser.add_argument(
            "--seconds",
            type=positive,
            default=checker.HANG_SECONDS,
            help="after which a call counts as hanging",
        )

    def _new_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="of the package and of its processor: our-edges")
        parser.add_argument(
            "--to", type=Path, default=Path(), help="folder for the new folder (default: here)"
        )

    def _try_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="SLUG|KEY", help="a row of the catalogue, or a class")
        parser.add_argument(
            "--camera", default="sample", help="0 (a camera), clip.mp4, photo.jpg or sample (the default)"
        )
        parser.add_argument("--out", type=Path, help="write the result: .mp4, .jpg, .png or .wav")
        parser.add_argument("--json", action="store_true", help="print the results, one object per frame")
        parser.add_argument(
            "--parameter", action="append", default=[], metavar="NAME=VALUE", help="may be repeated"
        )
        parser.add_argument("--seconds", type=positive, help="stop after so much of the camera or the clip")

    def _list(self, options: dict[str, Any]) -> None:
        entries = list(listing.listed())
        if options["json"]:
            self._write_json([entry.as_json() for entry in entries])
            return
        self.stdout.write("\n".join(showing.listing_lines(entries)))

    def _check(self, options: dict[str, Any]) -> None:
        reports = []
        limits = None if options["no_sandbox"] else Limits()
        if limits is None:
            self.stderr.write("They run unsandboxed: their code may do all that you may do.")
        for found in to_check(options["keys"], options["all"]):
            if sys.stderr.isatty():
                self.stderr.write(f"Checking {found.key} …")
            reports.append(checker.check(found.key, found.configuration, options["seconds"], limits))
            if not options["json"]:
                self.stdout.write("\n".join([*showing.report_lines(reports[-1]), ""]))
        if options["json"]:
            self._write_json([report.as_json() for report in reports])
        if faulty := [report.key for report in reports if report.faults]:
            raise CommandError(f"Faults were found in: {', '.join(faulty)}.", returncode=1)

    def _new(self, options: dict[str, Any]) -> None:
        files = template.write_package(options["name"], options["to"])
        folder = options["to"] / options["name"]
        for file in files:
            self.stdout.write(f"Written: {file}")
        self.stdout.write(f"Next: read {folder / 'README.md'}; its first step is")
        self.stdout.write(f"  uv pip install --python .venv/bin/python -e {folder}")

    def _try(self, options: dict[str, Any]) -> None:
        # Whoever tries a processor wants its code to run, here and now.
        catalogue.stand_in = None
        found = find(options["name"])
        if found.title:
            self.stderr.write(f"The catalogue row “{found.title}”, class {found.key}.")
        trial = Trial(
            found.key, found.configuration, found.values, options["parameter"], self.stdout, self.stderr
        )
        # What the processor prints must not stand between the results.
        with redirect_stdout(sys.stderr):
            trial.run(options["camera"], options["seconds"], options["out"], options["json"])

    def _write_json(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, indent=2, ensure_ascii=False))


def to_check(names: list[str], everything: bool) -> list[Found]:
    if names:
        return [find(name) for name in names]
    keys = catalogue.keys() if everything else listing.keys_of_packages()
    if not keys:
        raise CommandError(
            "No package with processors is installed here. Name a KEY, take --all for the built-in ones, "
            "or begin a package with `manage.py processors new NAME`."
        )
    return [Found(key) for key in keys]


def positive(text: str) -> float:
    """Argparse words the refusal by the name of this function."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError
    return value
