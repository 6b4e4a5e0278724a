"""Tags are kept as lower-case words between commas: searchable with any database, readable in the admin."""


def split(text: str) -> list[str]:
    return [tag for tag in text.split(",") if tag]


def joined(text: str) -> str:
    """Tidy what an admin typed: ``" Faces,privacy , faces"`` becomes ``"faces,privacy"``."""
    words = (" ".join(tag.lower().split()) for tag in text.split(","))
    return ",".join(dict.fromkeys(word for word in words if word))
