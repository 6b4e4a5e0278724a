"""``manage.py openroom NAME --seats 4``: a room for people who have its token."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rooms.open_rooms import LARGEST_ROOM_SEATS, NAME_CHARACTERS, OpenRoom

DEFAULT_SEATS = 4
DEFAULT_HOURS = 12.0


class Command(BaseCommand):
    help = (
        "Opens a room and prints its token: clients send it with session.open (docs/protocol.md). "
        "Everybody in the room sees everybody else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the room is called")
        parser.add_argument(
            "--seats", type=int, default=DEFAULT_SEATS, help=f"at most {LARGEST_ROOM_SEATS} (default: 4)"
        )
        parser.add_argument(
            "--hours", type=float, default=DEFAULT_HOURS, help="how long people may come (default: 12)"
        )

    def handle(self, *arguments: Any, name: str, seats: int, hours: float, **options: Any) -> None:
        if not 0 < len(name) <= NAME_CHARACTERS:
            raise CommandError(f"The name of a room has 1 to {NAME_CHARACTERS} characters.")
        if not 1 <= seats <= LARGEST_ROOM_SEATS:
            raise CommandError(f"A room has 1 to {LARGEST_ROOM_SEATS} seats.")
        if hours <= 0:
            raise CommandError("--hours must be more than 0.")
        self.stdout.write(OpenRoom.new(name, seats, hours * 3600).token)
