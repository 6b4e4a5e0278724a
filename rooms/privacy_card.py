"""The privacy card: facts of the processor and of this site, as questions with answers."""

from typing import Any

from django.utils.translation import gettext as _

from .ice import relay_urls


def privacy_card(facts: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Rows of (icon, question, answer); every answer follows from what the site really does."""
    return [
        ("send", _("Where does it go?"), destination(facts)),
        ("hard-drive", _("Is it stored?"), storage(facts)),
        ("external-link", _("Is it passed on?"), passed_on(facts)),
        ("disc", _("Is it recorded?"), recording(facts)),
        *hidden_row(facts),
    ]


def destination(facts: dict[str, Any]) -> str:
    if not (facts["camera"] or facts["microphone"]):
        return _("Nothing of yours is sent: neither camera nor microphone is used.")
    if uses_relay():
        return _(
            "%(media)s to this server, encrypted on the way; a relay may forward it without reading it."
        ) % {"media": media(facts)}
    return _("%(media)s to this server, encrypted on the way.") % {"media": media(facts)}


def media(facts: dict[str, Any]) -> str:
    if facts["camera"] and facts["microphone"]:
        return _("Camera and microphone")
    return _("Camera") if facts["camera"] else _("Microphone")


def uses_relay() -> bool:
    return bool(relay_urls())


def storage(facts: dict[str, Any]) -> str:
    if facts["stored"]:
        return _("Yes. This processor keeps what it needs; the host can tell you what.")
    return _(
        "No. Pictures and sound live in memory only while they are processed. That a session took place is noted."
    )


def passed_on(facts: dict[str, Any]) -> str:
    return str(facts["sends_elsewhere"]) or _("No. It does not leave this server.")


def recording(facts: dict[str, Any]) -> str:
    return _("Yes, while the session runs.") if facts["recorded"] else _("No.")


def hidden_row(facts: dict[str, Any]) -> list[tuple[str, str, str]]:
    if not facts["never_passthrough"]:
        return []
    return [
        (
            "eye-off",
            _("Can the raw picture show?"),
            _("Never. Until there is a result, or when it fails, you see a placeholder."),
        )
    ]
