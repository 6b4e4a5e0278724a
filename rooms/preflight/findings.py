"""One answer to one question. It is kept by its code, so that everybody reads it in their own language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from .words import ANSWERS, MARKS, QUESTIONS, STATES

TEXT_CHARACTERS = 300


@dataclass(frozen=True)
class Finding:
    # A key of ``ANSWERS``: QUESTION.OUTCOME.
    code: str
    # Of several things of a kind, which one: a relay, a folder.
    subject: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, told: dict[str, Any]) -> Self:
        """Read what another version may have kept; raises KeyError for what nobody knows any more."""
        ANSWERS[told["code"]]
        return cls(told["code"], told["subject"], told["values"])

    @property
    def state(self) -> str:
        return ANSWERS[self.code].state

    @property
    def state_word(self) -> str:
        return str(STATES[self.state])

    @property
    def mark(self) -> str:
        """A sign beside the word, for who sees no colours."""
        return MARKS[self.state]

    @property
    def question(self) -> str:
        return str(QUESTIONS[self.code.partition(".")[0]])

    @property
    def said(self) -> str:
        return self._filled(str(ANSWERS[self.code].said))

    @property
    def fix(self) -> str:
        return self._filled(str(ANSWERS[self.code].fix))

    def as_kept(self) -> dict[str, Any]:
        return {"code": self.code, "subject": self.subject, "values": self.values}

    def as_json(self) -> dict[str, Any]:
        words = {"question": self.question, "answer": self.said, "fix": self.fix}
        return {"state": self.state, **self.as_kept(), **words}

    def _filled(self, text: str) -> str:
        return text % self.values if self.values else text


def short(error: object) -> str:
    """An error in one line; its kind, where it says nothing."""
    return " ".join(str(error).split())[:TEXT_CHARACTERS] or type(error).__name__


def is_red(findings: Iterable[Finding]) -> bool:
    return any(finding.state == "red" for finding in findings)
