from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from processors import texts
from processors.text_list import builtin_texts

HEAD, END = "TEXTS: tuple[str, ...] = (\n", ")\n"


class Command(BaseCommand):
    help = "Writes processors/texts.py: every text of the built-in processors, for makemessages."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(texts.__file__)
        head = path.read_text().split("TEXTS:")[0]
        found = builtin_texts()
        path.write_text(head + HEAD + "".join(f"    _({quoted(text)}),\n" for text in found) + END)
        self.stdout.write(f"{len(found)} texts in {path}")


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
