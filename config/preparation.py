"""What must be true before the first visitor; quick when it is true already."""

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.first_admin import ensure_admin
from processors.sync import sync_builtins
from rooms import sweep

from .one_at_a_time import one_at_a_time
from .static_fingerprint import collect_if_changed

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with one_at_a_time():
        prepare_database(say)
        if collect_if_changed():
            say("The static files are collected.")
    if settings.EMBEDDED:
        # Nobody else writes here: what still counts as running ended with the process before.
        sweep.end_all_running()


def prepare_database(say: Say) -> None:
    if needs_migration():
        say("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
    new = sync_builtins()
    if new:
        say(f"{len(new)} processors are new in the catalogue.")
    introduce_admin(say)


def needs_migration() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def introduce_admin(say: Say) -> None:
    """The password is printed this once and must be changed at the first sign-in."""
    account = ensure_admin()
    if account:
        name, password = account
        say(f"Admin account: {name}, one-time password: {password} (shown only now)")
