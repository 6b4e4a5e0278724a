"""Why a model was taken for something, in the language of who reads it. What was kept has only codes and values."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from processors.inference.reasons import REASONS


def words_of(proposal: Mapping[str, Any]) -> str:
    """Proposals that were kept before there were codes have English words."""
    try:
        sentences = [gettext(REASONS[each["code"]]) % each["values"] for each in proposal["reasons"]]
    except (KeyError, TypeError, ValueError):
        sentences = []
    return " ".join(sentences) or str(proposal["reason"])
