"""``manage.py models``: the known models, from the command line."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from processors.model_store import install
from processors.model_store.download import InstallFailed
from processors.model_store.known import KnownModel, UnknownModel, all_known, all_named

BAR_CHARACTERS = 30
MEGABYTE = 1_000_000


class Command(BaseCommand):
    help = "Lists the models this site knows by name, installs, verifies and removes them."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="show all known models")
        bring = actions.add_parser("install", help="fetch models and put them into the catalogue")
        bring.add_argument("names", nargs="+", metavar="NAME")
        bring.add_argument(
            "--from-file", type=Path, metavar="PATH", help="take the file from here: no network"
        )
        bring.add_argument("--base-url", default="", help="a mirror that holds the files by name")
        for action, text in (
            ("verify", "compare the files with their SHA-256"),
            ("remove", "delete the files"),
        ):
            parser_of_action = actions.add_parser(action, help=text)
            parser_of_action.add_argument("names", nargs="*" if action == "verify" else "+", metavar="NAME")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except (InstallFailed, UnknownModel) as error:
            raise CommandError(str(error)) from error

    def _list(self, **_options: Any) -> None:
        here = install.names_installed()
        for model in all_known().values():
            state = "installed" if model.name in here else "-"
            size = f"{model.bytes / MEGABYTE:.1f} MB"
            self.stdout.write(
                f"{model.name:30} {state:10} {size:>9}  {model.licence:13} {', '.join(model.processors)}"
            )

    def _install(self, names: list[str], from_file: Path | None, base_url: str, **_options: Any) -> None:
        models = all_named(names)
        if from_file and len(models) > 1:
            raise CommandError("--from-file brings one model; name one.")
        for model in models:
            self._introduce(model)
            bar = None if from_file else self._bar
            processors = install.install(model, install.Source(base_url, from_file, bar))
            for processor in processors:
                self.stdout.write(f"Installed: “{processor.title}” at {processor.get_absolute_url()} has it.")
            if not processors:
                self.stdout.write("Installed. No processor of this site uses it yet.")

    def _verify(self, names: list[str], **_options: Any) -> None:
        models = (
            all_named(names) if names else [m for m in all_known().values() if install.verify(m) is not None]
        )
        results = [(model.name, install.verify(model)) for model in models]
        words = {True: "whole", False: "CHANGED OR GONE", None: "not installed"}
        for name, whole in results:
            self.stdout.write(f"{name}: {words[whole]}")
        damaged = [name for name, whole in results if whole is False]
        if damaged:
            raise CommandError(f"Remove and install again: {', '.join(damaged)}")

    def _remove(self, names: list[str], **_options: Any) -> None:
        for model in all_named(names):
            losers = install.remove(model)
            self.stdout.write(f"Removed: {model.name}")
            for processor in losers:
                self.stdout.write(f"“{processor.title}” is without it now.")

    def _introduce(self, model: KnownModel) -> None:
        """Before anything is fetched: whose it is, and on which terms."""
        self.stdout.write(f"{model.title}, {model.bytes / MEGABYTE:.1f} MB, by {model.attribution}")
        self.stdout.write(f"Licence: {model.licence}")
        self.stdout.flush()

    def _bar(self, done: int, total: int) -> None:
        """A bar for a person; a log keeps only its end."""
        if not sys.stdout.isatty() and done < total:
            return
        filled = BAR_CHARACTERS * done // total
        bar = "█" * filled + "·" * (BAR_CHARACTERS - filled)
        text = f"\r{bar} {100 * done // total:3} % of {total / MEGABYTE:.1f} MB"
        self.stdout.write(text, ending="\n" if done == total else "")
        self.stdout.flush()
